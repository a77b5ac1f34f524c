# To source: reads the heading of a patch, the lines before the first `---`.

# heading NAME FILE: what follows `NAME:` there; nothing where it has no such line.
heading() {
    sed -n "/^--- /q; s/^$1: *//p" "$2"
}

// Files that a configuration is given: what is wrong with them, by their names (D-25)

#include "conformance/cases/cases.h"
#include "conformance/cases/steps.h"

namespace conformance {
namespace {

std::string Words(const World &world, const std::vector<std::string> &files) {
  std::string words;
  for (const std::string &file : files) {
    words += " " + StringWord(world.certificates().Path(file));
  }
  return words;
}

// The error names the file and says why; what was configured before is as it was.
void Fails(World &world, const std::string &method, const std::vector<std::string> &files,
           const std::vector<std::string> &words) {
  world.Configure();
  world.Command("set 1 " + method + Words(world, files)).Gives({False(), TextWith(words)});
  world.Establish();
  world.peer().Write("as before");
  world.Call("read").Gives(ReadOf("as before"));
}

void NameTooLong(World &world, const std::string &method) {
  std::string name(10000, 'x');
  std::string words = " " + StringWord(name);
  world.Configure();
  world.Command("set 1 " + method + words + (method == "set_ca_file" ? "" : words))
      .Gives({False(), TextWith({"xxx", "too long"})});
}

void NoName(World &world) {
  world.Configure();
  world.Command("set 1 set_ca_file s:").Gives({False(), TextWith({"No such file"})});
  world.Command("set 1 set_keypair_file s: s:").Gives({False(), TextWith({"No such file"})});
}

// What is behind a zero must not be left out: another file would be read than was named.
void Zeros(World &world) {
  world.Configure();
  std::string file = world.certificates().Certificate("ca") + std::string("\0.pem", 5);
  Result result = world.Command("set 1 set_ca_file " + StringWord(file));
  if (result.answer().kind == Answer::Kind::kRaised) {
    result.Raises({"zero"});
  } else {
    result.Gives({False(), AnyText()});
  }
}

}  // namespace

std::vector<Case> FileCases() {
  auto fails = [](const char *method, std::vector<std::string> files,
                  std::vector<std::string> words) {
    return [=](World &world) { Fails(world, method, files, words); };
  };
  auto too_long = [](const char *method) {
    return [method](World &world) { NameTooLong(world, method); };
  };
  const Vary once = OverTcp(kBlockingOnce);
  return {
      {"D-25/21", "a folder is no CA file", once, fails("set_ca_file", {""}, {"conformance."}), {}},
      {"D-25/22",
       "a key is no CA file",
       once,
       fails("set_ca_file", {"server.key"}, {"server.key"}),
       {}},
      {"D-25/23", "half a CA file", once, fails("set_ca_file", {"cut.pem"}, {"cut.pem"}), {}},
      {"D-25/24",
       "half a certificate",
       once,
       fails("set_keypair_file", {"cut.pem", "server.key"}, {"cut.pem"}),
       {}},
      {"D-25/25",
       "certificate and key in each other's place",
       once,
       fails("set_keypair_file", {"server.key", "server.pem"}, {"server."}),
       {}},
      {"D-25/26",
       "a certificate is no key",
       once,
       fails("set_keypair_file", {"server.pem", "server.pem"}, {"server.pem"}),
       {}},
      {"D-25/27",
       "a key under a password: an error, and nobody is asked for one",
       once,
       fails("set_keypair_file", {"server.pem", "encrypted.key"}, {"encrypted.key"}),
       {}},
      {"D-25/28",
       "a folder is no key",
       once,
       fails("set_keypair_file", {"server.pem", ""}, {"conformance."}),
       {}},
      {"D-25/29",
       "a certificate that is not there: its name and the reason",
       once,
       fails("set_keypair_file", {"missing.pem", "server.key"}, {"missing.pem", "No such file"}),
       {}},
      {"D-25/30",
       "a key that is not the certificate's: its name",
       once,
       fails("set_keypair_file", {"server.pem", "ca.key"}, {"ca.key"}),
       {}},
      {"D-25/31", "a CA file's name that is too long", once, too_long("set_ca_file"), {}},
      {"D-25/32", "a keypair's names that are too long", once, too_long("set_keypair_file"), {}},
      {"D-25/33", "names of nothing", once, NoName, {}},
      {"D-25/34", "a file name with a zero in it", once, Zeros, {"D-03"}},
  };
}

}  // namespace conformance

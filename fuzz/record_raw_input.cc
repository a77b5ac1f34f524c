#include "fuzz/record_raw_input.h"

namespace net_fuzz {

namespace {

using net_testing::Case;
using net_testing::Driver;

constexpr size_t kCapacities[] = {65536, 1, 7, 100, 16384, 1000, 20000, 3};

Chunking ReadChunking(Tape &tape) {
  Chunking chunking;
  uint8_t form = tape.Next();
  chunking.driver = static_cast<Driver>((form & 3) % 3);
  chunking.capacity = kCapacities[(form >> 2) % 8];
  Tape pieces = tape.Take(tape.Next());
  chunking.faults = "r: ";
  while (!pieces.IsAtEnd()) {
    uint8_t length = pieces.Next();
    chunking.faults += length == 0 ? "again " : std::to_string(length) + " ";
  }
  return chunking;
}

std::string Hex(const std::string &bytes) {
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (char byte : bytes) {
    text += std::string("\\x") + kDigits[static_cast<uint8_t>(byte) >> 4] +
            kDigits[static_cast<uint8_t>(byte) & 15];
  }
  return text;
}

}  // namespace

RawInput ReadRawInput(Tape tape) {
  RawInput input;
  uint8_t header = tape.Next();
  input.test_case.is_client = (header & 1) != 0;
  input.test_case.version = (header & 2) != 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
  input.resumes = (header & 4) != 0;
  input.ends = (header & 8) != 0;
  input.has_handshake = (header & 48) != 0;
  input.has_changes = (header & 32) != 0;
  input.chunkings[0] = ReadChunking(tape);
  input.chunkings[1] = ReadChunking(tape);
  for (size_t left = input.has_changes ? tape.Next() % 16 : 0; left > 0; left--) {
    size_t offset = tape.Next16();
    input.changes.push_back({offset, tape.Next()});
  }
  input.bytes.assign(reinterpret_cast<const char *>(tape.bytes()), tape.length());
  return input;
}

std::string RawScript(const RawInput &input) {
  std::string text = net_testing::CaseName(input.test_case) + (input.resumes ? ", resumes" : "");
  text += input.has_handshake ? "\nthe peer handshakes" : "\nthe peer is the input alone";
  for (const RawChange &change : input.changes) {
    text += change.mask == 0 ? ", ends at byte " : ", changes byte ";
    text += std::to_string(change.offset) + " by " + std::to_string(change.mask);
  }
  for (const Chunking &chunking : input.chunkings) {
    Case test_case = input.test_case;
    test_case.driver = chunking.driver;
    text += "\nas " + net_testing::CaseName(test_case) + ", reads of " +
            std::to_string(chunking.capacity) + ", faults: " + chunking.faults;
  }
  return text + "\nthe peer says \"" + Hex(input.bytes) + "\"" +
         (input.ends ? "\nand sends a FIN\n" : "\nand is silent\n");
}

std::string RawTest(const RawInput &input) {
  std::string text = "// A test for net/tls_end_test.cc, which both have to pass.\n";
  for (const Chunking &chunking : input.chunkings) {
    Case test_case = input.test_case;
    test_case.driver = chunking.driver;
    text += "TEST(RecordRawFuzzedTest, " + net_testing::CaseName(test_case) +
            ") {\n  Connection connection({" + (test_case.is_client ? "true" : "false") + ", " +
            std::to_string(test_case.version) + ", static_cast<Driver>(" +
            std::to_string(static_cast<int>(test_case.driver)) + ")}, \"" + chunking.faults +
            "\");\n  connection.Open();\n" +
            (input.has_handshake ? "  connection.Handshake();\n" : "") +
            "  connection.transport().set_on_idle(nullptr);\n"
            "  connection.transport().FarSend(std::string(\"" +
            Hex(input.bytes) + "\", " + std::to_string(input.bytes.size()) + "));\n" +
            (input.ends ? "  connection.transport().FarFin();\n" : "") +
            "  connection.ReadAll(1 << 20);\n}\n";
  }
  return text;
}

}  // namespace net_fuzz

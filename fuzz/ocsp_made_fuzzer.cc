// ocsp_made: OCSP responses that are signed, each right or wrong in parts that the input chooses,
// and then with bytes changed.
//
// Input: a byte for each of the parts (kForms, kSigners, kAlgorithms, kSubjects, kThisUpdates,
// kNextUpdates, kAnswers), one whose lowest bit turns the check of times off, then changes of
// bytes: two bytes for where, one for how.
//
// What must hold, with the name that the message of a violation begins with:
//   O1  a response that is right in all its parts is believed
//   O2  one that is not is refused, for the first of its faults (RFC 6960, section 3.2)
//   O3  a changed byte makes no response be believed, and no certificate be called revoked, unless
//       it mends a form that was wrong: not all of the form is signed

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <utility>

#include "fuzz/random.h"
#include "fuzz/tape.h"
#include "fuzz/violation.h"
#include "testing/ocsp.h"

namespace {

using Certificate = net_testing::OcspCertificate;
using Response = net_testing::OcspResponse;
using net_fuzz::Tape;
using net_testing::Issuer;
using net_testing::kHour;
using net_testing::kNow;
using net_testing::Leaf;
using net_testing::Make;
using net_testing::Sequence;
using net_testing::Time;
using net_testing::Tlv;

constexpr char kGood[] = "";
constexpr char kMalformed[] = "malformed response";
constexpr char kNotSigned[] = "the response is not signed by whom it should be";
constexpr char kAnother[] = "the response is about another certificate";

// One way in which a part can be, and what it makes of a response that is otherwise right.
struct Way {
  const char *name;
  const char *reason;
  void (*set)(Response *response);
  // Whether it is wrong only where times are checked.
  bool is_about_time = false;
};

// Certificates that sign, made once.
struct Signers {
  Certificate good = Make("responder", &Issuer(), {{NID_ext_key_usage, "OCSPSigning"}});
  Certificate plain = Make("plain", &Issuer());
  Certificate for_servers = Make("server", &Issuer(), {{NID_ext_key_usage, "serverAuth"}});
  Certificate cannot_sign =
      Make("encipherment", &Issuer(),
           {{NID_ext_key_usage, "OCSPSigning"}, {NID_key_usage, "critical,keyEncipherment"}});
  Certificate critical =
      Make("critical", &Issuer(),
           {{NID_ext_key_usage, "OCSPSigning"}, {NID_netscape_comment, "critical,DER:0500"}});
  Certificate expired = Make("expired", &Issuer(), {{NID_ext_key_usage, "OCSPSigning"}},
                             kNow - 2 * kHour, kNow - kHour);
  Certificate future = Make("future", &Issuer(), {{NID_ext_key_usage, "OCSPSigning"}}, kNow + kHour,
                            kNow + 2 * kHour);
  Certificate other = Make("issuer", nullptr);
  Certificate of_other = Make("responder", &other, {{NID_ext_key_usage, "OCSPSigning"}});
  Certificate other_leaf = Make("leaf", &Issuer());
};

const Signers &All() {
  static const Signers *signers = new Signers;
  return *signers;
}

void SignBy(Response *response, const Certificate &signer) {
  response->signer = &signer;
  response->certificates = All().plain.Der() + signer.Der();
}

const Way kForms[] = {
    {"right", kGood, [](Response *) {}},
    {"no answer", "the responder had no answer",
     [](Response *r) { r->status = Tlv(0x0a, "\x06"); }},
    {"long status", kMalformed, [](Response *r) { r->status = Tlv(0x0a, std::string(2, '\0')); }},
    {"another type", "unknown type of response",
     [](Response *r) { r->type = Tlv(0x06, "\x2b\x06\x01\x05\x05\x07\x30\x01\x02"); }},
    {"unused bits", kMalformed, [](Response *r) { r->unused_bits = "\x01"; }},
    {"no algorithm", kMalformed, [](Response *r) { r->algorithm = ""; }},
    {"a version", kGood,
     [](Response *r) { r->version = Tlv(0xa0, Tlv(0x02, std::string(1, '\0'))); }},
    {"an extension", kGood, [](Response *r) { r->extensions = r->Extensions(""); }},
    {"a critical extension", kMalformed, [](Response *r) { r->junk = "critical"; }},
    {"an extension without a value", kMalformed,
     [](Response *r) { r->extensions = Tlv(0xa1, Sequence(Sequence(Tlv(0x06, "\x2a\x03")))); }},
    {"an extension without a name", kMalformed,
     [](Response *r) { r->extensions = Tlv(0xa1, Sequence(Sequence(Tlv(0x04, "")))); }},
    {"more than extensions", kMalformed, [](Response *r) { r->junk = "extensions"; }},
    {"more than data", kMalformed, [](Response *r) { r->junk = "data"; }},
    {"more than certificates", kMalformed,
     [](Response *r) {
       r->certificates += Leaf().Der();
       r->junk = "certificates";
     }},
    {"more than a basic response", kMalformed, [](Response *r) { r->junk = "basic"; }},
    {"more in the octets", kMalformed, [](Response *r) { r->junk = "octets"; }},
    {"more than bytes", kMalformed, [](Response *r) { r->junk = "bytes"; }},
    {"more behind bytes", kMalformed, [](Response *r) { r->junk = "explicit"; }},
    {"more in the response", kMalformed, [](Response *r) { r->junk = "response"; }},
    {"more than the response", kMalformed, [](Response *r) { r->junk = "all"; }},
};

const Way kSigners[] = {
    {"the issuer", kGood, [](Response *) {}},
    {"a responder", kGood, [](Response *r) { SignBy(r, All().good); }},
    {"the issuer, with certificates", kGood,
     [](Response *r) { r->certificates = Sequence("") + Leaf().Der(); }},
    {"a certificate of no use", kNotSigned, [](Response *r) { SignBy(r, All().plain); }},
    {"a server", kNotSigned, [](Response *r) { SignBy(r, All().for_servers); }},
    {"who may not sign", kNotSigned, [](Response *r) { SignBy(r, All().cannot_sign); }},
    {"who is not understood", kNotSigned, [](Response *r) { SignBy(r, All().critical); }},
    {"who has expired", kNotSigned, [](Response *r) { SignBy(r, All().expired); }, true},
    {"another issuer", kNotSigned, [](Response *r) { SignBy(r, All().other); }},
    {"a responder of another issuer", kNotSigned, [](Response *r) { SignBy(r, All().of_other); }},
    {"who shows another's certificate", kNotSigned,
     [](Response *r) {
       SignBy(r, All().good);
       r->signer = &All().plain;
     }},
    {"who is not yet valid", kNotSigned, [](Response *r) { SignBy(r, All().future); }, true},
};

std::string EcdsaWith(char number) {
  return Sequence(Tlv(0x06, std::string("\x2a\x86\x48\xce\x3d\x04\x03") + number));
}

const Way kAlgorithms[] = {
    {"SHA-256", kGood, [](Response *) {}},
    {"SHA-384", kGood,
     [](Response *r) {
       r->digest = EVP_sha384();
       r->algorithm = EcdsaWith(3);
     }},
    {"SHA-512", kGood,
     [](Response *r) {
       r->digest = EVP_sha512();
       r->algorithm = EcdsaWith(4);
     }},
    {"another than it says", kNotSigned, [](Response *r) { r->digest = EVP_sha384(); }},
    {"SHA-1", kNotSigned,
     [](Response *r) {
       r->digest = EVP_sha1();
       r->algorithm = Sequence(Tlv(0x06, "\x2a\x86\x48\xce\x3d\x04\x01"));
     }},
    {"unknown", kNotSigned, [](Response *r) { r->algorithm = EcdsaWith(9); }},
    {"none", kNotSigned, [](Response *r) { r->algorithm = Sequence(""); }},
    {"RSA", kNotSigned,
     [](Response *r) {
       r->algorithm = Sequence(Tlv(0x06, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"));
     }},
};

const Way kSubjects[] = {
    {"the certificate", kGood, [](Response *) {}},
    {"another one of the issuer", kAnother,
     [](Response *r) { r->about = All().other_leaf.x509.get(); }},
    {"one of another issuer", kAnother, [](Response *r) { r->by = All().other.x509.get(); }},
    {"an unknown digest", kAnother,
     [](Response *r) { r->digest_algorithm = Sequence(Tlv(0x06, "\x2a\x03")); }},
    {"no serial", kAnother, [](Response *r) { r->serial = Tlv(0x02, ""); }},
    {"another one, and the certificate", kGood,
     [](Response *r) {
       Response other;
       other.about = All().other_leaf.x509.get();
       other.answer = Tlv(0xa1, Time(kNow));
       r->answers_before = other.Answer();
     }},
    {"one of an issuer of another name", kAnother, [](Response *r) { r->junk = "name digest"; }},
};

const Way kThisUpdates[] = {
    {"an hour ago", kGood, [](Response *) {}},
    {"within the skew", kGood, [](Response *r) { r->this_update = Time(kNow + 300); }},
    {"beyond the skew", "the response is not yet valid",
     [](Response *r) { r->this_update = Time(kNow + 301); }, true},
    {"no time", kMalformed, [](Response *r) { r->this_update = Tlv(0x18, "yesterday"); }, true},
};

const Way kNextUpdates[] = {
    {"in an hour", kGood, [](Response *) {}},
    {"in a second", kGood, [](Response *r) { r->next_update = Time(kNow + 1); }},
    {"now", "the response has expired", [](Response *r) { r->next_update = Time(kNow); }, true},
    {"never", "the response does not say until when it is valid",
     [](Response *r) { r->next_update = ""; }, true},
    {"no time", kMalformed, [](Response *r) { r->next_update = Tlv(0x18, "tomorrow"); }, true},
};

const Way kAnswers[] = {
    {"good", kGood, [](Response *) {}},
    {"revoked", net_tls_ocsp_revoked, [](Response *r) { r->answer = Tlv(0xa1, Time(kNow)); }},
    {"unknown", "the responder does not know the certificate",
     [](Response *r) { r->answer = Tlv(0x82, ""); }},
};

// Those that come before all that is asked of an answer.
const Way kAnswerForms[] = {
    {"right", kGood, [](Response *) {}},
    {"a word", kMalformed, [](Response *r) { r->answer = Tlv(0x80, "x"); }},
    {"of no kind", kMalformed, [](Response *r) { r->answer = Tlv(0x83, ""); }},
    {"nothing", kMalformed, [](Response *r) { r->answer = r->this_update = r->next_update = ""; }},
    {"malformed before", kMalformed, [](Response *r) { r->answers_before = Sequence(""); }},
};

class Run {
 public:
  explicit Run(const Tape &input) : input_(input) {}

  void Play() {
    Tape tape = input_;
    checks_time_ = (tape.Next() & 1) == 0;
    uint8_t form = tape.Next();
    Choose("form", kForms, form, false);
    const std::string form_fault = std::exchange(expected_, "");
    Choose("signed by", kSigners, tape.Next());
    Choose("algorithm", kAlgorithms, tape.Next());
    uint8_t answer_form = tape.Next();
    Choose("form of the answer", kAnswerForms, answer_form, false);
    Choose("about", kSubjects, tape.Next());
    Choose("thisUpdate", kThisUpdates, tape.Next());
    Choose("nextUpdate", kNextUpdates, tape.Next());
    Choose("answer", kAnswers, tape.Next());
    expected_of_form_ = expected_;
    expected_ = form_fault.empty() ? expected_ : form_fault;
    // These take the place of what the others have set.
    kForms[form % std::size(kForms)].set(&response_);
    kAnswerForms[answer_form % std::size(kAnswerForms)].set(&response_);
    std::string der = response_.Der();
    std::string reason = Verify(der);
    Require(reason == expected_, expected_.empty() ? "O1: a response that is right is refused"
                                                   : "O2: not the first of its faults");
    if (!tape.IsAtEnd()) {
      CheckChanged(der, tape);
    }
  }

 private:
  template <size_t kCount>
  void Choose(const char *part, const Way (&ways)[kCount], uint8_t number, bool is_set = true) {
    const Way &way = ways[number % kCount];
    script_ += std::string(part) + ": " + way.name + "\n";
    if (is_set) {
      way.set(&response_);
    }
    if (expected_.empty() && (checks_time_ || !way.is_about_time)) {
      expected_ = way.reason;
    }
  }

  std::string Verify(const std::string &der) {
    const char *reason =
        net_tls_ocsp_verify(reinterpret_cast<const uint8_t *>(der.data()), der.size(),
                            Leaf().x509.get(), Issuer().x509.get(), kNow, checks_time_);
    last_ = reason != nullptr ? reason : "";
    return last_;
  }

  void CheckChanged(std::string der, Tape tape) {
    while (!tape.IsAtEnd()) {
      size_t offset = tape.Next16() % der.size();
      der[offset] = static_cast<char>(der[offset] ^ tape.Next());
      script_ += "byte " + std::to_string(offset) + " changed\n";
    }
    std::string reason = Verify(der);
    bool is_grave = reason.empty() || reason == net_tls_ocsp_revoked;
    Require(!is_grave || reason == expected_ || reason == expected_of_form_,
            "O3: a changed response is believed");
  }

  void Require(bool condition, const char *message) {
    if (!condition) {
      std::string script = script_ + (checks_time_ ? "" : "times are not checked\n") +
                           "expected: '" + expected_ + "'\nsaid: '" + last_ + "'\n";
      net_fuzz::Violation(message, script, net_fuzz::RegressionCase("ocsp_made", input_));
    }
  }

  const Tape input_;
  Response response_;
  bool checks_time_ = true;
  std::string expected_;
  // The same, were its form right.
  std::string expected_of_form_;
  std::string last_;
  std::string script_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  All();
  net_fuzz::ResetRandom();
  Run(Tape(data, size)).Play();
  return 0;
}

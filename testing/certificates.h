#ifndef TESTING_CERTIFICATES_H_
#define TESTING_CERTIFICATES_H_

#include <string>

namespace net_testing {

// Returns the path of a file or directory of //testing/certificates, which the program must have
// among its data: "server.pem", "ca_path". Aborts where it is not there.
std::string CertificatePath(const std::string &name);

// Returns the contents of such a file.
std::string ReadCertificate(const std::string &name);

}  // namespace net_testing

#endif  // TESTING_CERTIFICATES_H_

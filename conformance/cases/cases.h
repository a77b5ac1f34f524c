#ifndef CONFORMANCE_CASES_CASES_H
#define CONFORMANCE_CASES_CASES_H

// The cases: one file for each heading of the document, and of the decisions.

#include <vector>

#include "conformance/runner/case.h"

namespace conformance {

std::vector<Case> UnusableCases();
std::vector<Case> SetClockLimitCases();
std::vector<Case> CloseCases();
std::vector<Case> PollWaitCases();
std::vector<Case> HandshakeCases();
std::vector<Case> TlsCloseCases();
std::vector<Case> ReadCases();
std::vector<Case> WriteCases();
std::vector<Case> ShapeCases();
std::vector<Case> ErrorCases();
std::vector<Case> AlertCases();
std::vector<Case> RecordCases();
std::vector<Case> SealedRecordCases();
std::vector<Case> ClosingCases();
std::vector<Case> PayloadCases();
std::vector<Case> TimeCases();
std::vector<Case> FaultCases();
std::vector<Case> DripCases();
std::vector<Case> DeadlineCases();
std::vector<Case> BusyCases();
std::vector<Case> VirtualTimeCases();
std::vector<Case> MemoryCases();
std::vector<Case> TrustCases();
std::vector<Case> NameCases();
std::vector<Case> FileCases();
std::vector<Case> ArgumentCases();
std::vector<Case> CoroutineCases();
std::vector<Case> PlainReadCases();
std::vector<Case> PlainWriteCases();
std::vector<Case> PlainCloseCases();
std::vector<Case> OptionCases();
std::vector<Case> PlainWaitCases();
std::vector<Case> ConstructorCases();
std::vector<Case> VectorCases();
std::vector<Case> ServerCases();
std::vector<Case> OverrideCases();
std::vector<Case> HookCases();
std::vector<Case> AddressCases();
std::vector<Case> ClassCases();
std::vector<Case> ControlCases();
std::vector<Case> ExtensionCases();
std::vector<Case> ServerNameCases();
std::vector<Case> SendfileCases();
std::vector<Case> ForeignCases();
std::vector<Case> ForeignTrustCases();
std::vector<Case> ForeignFeatureCases();

// AllCases returns those of every file.
std::vector<Case> AllCases();

}  // namespace conformance

#endif

#include "conformance/cases/cases.h"

namespace conformance {

std::vector<Case> AllCases() {
  std::vector<Case> all;
  for (auto cases : {UnusableCases,     SetClockLimitCases,  CloseCases,     PollWaitCases,
                     HandshakeCases,    TlsCloseCases,       ReadCases,      WriteCases,
                     ShapeCases,        ErrorCases,          AlertCases,     PayloadCases,
                     ClosingCases,      SealedRecordCases,   RecordCases,    TimeCases,
                     FaultCases,        VirtualTimeCases,    MemoryCases,    DripCases,
                     DeadlineCases,     BusyCases,           TrustCases,     NameCases,
                     FileCases,         ArgumentCases,       CoroutineCases, ForeignCases,
                     ForeignTrustCases, ForeignFeatureCases, PlainReadCases, PlainWriteCases,
                     PlainCloseCases,   OptionCases,         PlainWaitCases, ConstructorCases,
                     VectorCases,       ServerCases,         HookCases,      AddressCases,
                     ClassCases,        ControlCases,        ExtensionCases, SendfileCases,
                     OverrideCases,     ServerNameCases}) {
    for (Case &a_case : cases()) {
      all.push_back(std::move(a_case));
    }
  }
  return all;
}

}  // namespace conformance

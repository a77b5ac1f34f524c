#ifndef FUZZ_RECORD_INVARIANTS_H_
#define FUZZ_RECORD_INVARIANTS_H_

// What must hold of a socket, whatever is done with it and whatever happens to it. A violation's
// message begins with the invariant's name. The right column says where each is checked: functions
// of RecordRun in record_checks.cc, record_io_checks.cc, record_run.cc and record_end.cc.
//
//   I1   exactly one of ok, closed, timeout and error, with a text where it is an  CheckShape,
//        error; counts within their bounds                                         TryOnce
//   I2   the bytes read, or peeked at, are those that the peer wrote, in order     NoteRead
//   I3   the peer decrypts what the writes have accepted and nothing else, in      CheckPeer,
//        order, also after a timeout and after an error; ok means that all of it   NoteWritten,
//        has left                                                                  CheckAllSent
//   I4   a timeout comes neither early nor late: one budget a call, and no more    CheckTime,
//        CPU time than the clock limit where a call gets nowhere                   CheckBusyness
//   I5   an error names its operation and its cause, with the errno that there     CheckError,
//        was; is the same at each later call; no I/O follows it; closed_by tells   CheckSticky,
//        what came first; what had come in before a send was refused can be read   CheckCalls,
//                                                                                  CheckClosedBy,
//                                                                                  CheckRefusal
//   I6   the transport is closed exactly once, and not used after that             CheckClosed
//   I7   neither EINTR nor EAGAIN comes out                                        CheckError
//   I8   a read says closed only after close_notify and all data; what has come    NoteRead,
//        in is not left lying                                                      CheckStranded,
//                                                                                  Query
//   I9   the number of calls of the transport is bounded by what hinders them      CheckCost
//   I10  a handshake is ok when the peer's is too; no two sides wait for each      CheckHandshake,
//        other                                                                     Rescue
//   I11  close_notify is sent at most once, and the peer's is not waited for       CheckPeer,
//                                                                                  CheckClose
//   I12  on a perfect network everything that is owed comes out                    Finish, Drain,
//                                                                                  CheckEnd
//   I13  an alert that an error speaks of is on the wire                           CheckAlert,
//                                                                                  CheckEnd
//   I14  nothing leaks (LeakSanitizer, and oom.h to the block); the error          CheckShape,
//        queue is empty, and nothing is left in the socket at the end              CheckClosed
//   I15  the same input gives the same log of events                            stability_test.cc
//
// record_diff_fuzzer.cc adds that soft faults change nothing, record_aead_fuzzer.cc that no byte
// changed on its way is ever data.

#endif  // FUZZ_RECORD_INVARIANTS_H_

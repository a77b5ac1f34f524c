#ifndef NET_ALERT_H
#define NET_ALERT_H

#include <stdint.h>

/* net_alert_name returns the name that the RFCs give an alert (RFC 8446, section 6; RFC 5246; RFC
   6066; RFC 7301), "unknown" where they give none. */
const char *net_alert_name(uint8_t description);

#endif

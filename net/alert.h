#ifndef NET_ALERT_H
#define NET_ALERT_H

#include <stddef.h>
#include <stdint.h>

/* NET_ALERT_SIZE is the size of an alert's description, its end included. */
#define NET_ALERT_SIZE 48

/* net_alert_name returns the name that the RFCs give an alert (RFC 8446, section 6; RFC 5246; RFC
   6066; RFC 7301), "unknown" where they give none. */
const char *net_alert_name(uint8_t description);

/* net_alert_describe writes an alert's name, and its number where it has none. */
void net_alert_describe(uint8_t description, char text[NET_ALERT_SIZE]);

#endif

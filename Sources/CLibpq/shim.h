#include <libpq-fe.h>
#include <sys/ioctl.h>

/* ioctl is variadic, which Swift can't call. How many bytes the kernel holds for this socket; 0 when it
   can't say. */
static inline int realtime_bytes_waiting(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

/* Fields of an error, whose names are character constants, which Swift does not take over. */
static const int realtime_error_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int realtime_error_state = PG_DIAG_SQLSTATE;
static const int realtime_error_message = PG_DIAG_MESSAGE_PRIMARY;

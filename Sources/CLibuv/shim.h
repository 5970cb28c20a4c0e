/* _GNU_SOURCE is not set here, nor in the modules beside this one: with it the C library defines fd_set in
   another form, and modules that saw different forms can't be imported together. */
#include <uv.h>
#include <pthread.h>

/* A GNU function that is declared under _GNU_SOURCE only. */
extern int pthread_setname_np(pthread_t thread, const char *name);

/* Names the calling thread for debuggers and top; at most 15 characters. */
static inline void realtime_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

#include <sys/socket.h>

/* The same holds for accept4, which saves two system calls for every connection. */
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);

static inline int realtime_accept(int listener, struct sockaddr_storage *address) {
    socklen_t length = sizeof(*address);
    return accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* The same feature set as every other module that reads the C library's headers: two modules that saw
   fd_set in different forms could not be imported together. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <uv.h>
#include <pthread.h>

/* Swift's Glibc module leaves this GNU function out. At most 15 characters. */
static inline void realtime_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

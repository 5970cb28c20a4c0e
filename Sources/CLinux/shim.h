/* Linux system calls that Swift's Glibc module leaves out.

   _GNU_SOURCE is not set here, nor in the modules beside this one: with it the C library defines fd_set in
   another form, and modules that saw different forms can't be imported together. */
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/types.h>

/* GNU functions that are declared under _GNU_SOURCE only. */
extern int sched_setaffinity(pid_t process, size_t size, const void *mask);
extern void *memmem(const void *bytes, size_t count, const void *wanted, size_t wanted_count);
extern int pipe2(int descriptors[2], int flags);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/* The flag that they call POSIX_SPAWN_SETSID. */
enum { REALTIME_SPAWN_NEW_SESSION = 0x80 };

/* Binds the calling thread to one CPU; 0, or -1 when this process may not run there. */
static inline int realtime_pin_thread(int cpu) {
    unsigned char mask[128] = {0};
    if (cpu < 0 || cpu >= 8 * (int)sizeof(mask)) return -1;
    mask[cpu / 8] = (unsigned char)(1u << (cpu % 8));
    return sched_setaffinity(0, sizeof(mask), mask);
}

/* Asks for an object's memory, before it is used: two lines hold what most objects have in use. */
static inline void realtime_prefetch(const void *object) {
    __builtin_prefetch(object);
    __builtin_prefetch((const char *)object + 64);
}

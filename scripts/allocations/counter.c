/* Counts the heap allocations of the process that it is preloaded into.

   The counts stand in the file named by ALLOCATION_COUNTS, which is mapped into memory, so that another process
   can read them at any moment without disturbing this one. In it are two 64-bit numbers: how often memory was
   asked for, and how often it was given back. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct counts {
    _Atomic uint64_t allocations;
    _Atomic uint64_t frees;
};

/* Before the file is mapped, allocations are counted here. */
static struct counts before_mapping;
static struct counts *counts = &before_mapping;

/* glibc's own entry points: with them no symbol has to be looked up, which would itself allocate. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

__attribute__((constructor)) static void map_counts(void) {
    const char *path = getenv("ALLOCATION_COUNTS");
    if (path == NULL) return;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, sizeof *counts) != 0) abort();
    void *shared = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) abort();
    close(file);
    struct counts *mapped = shared;
    atomic_store(&mapped->allocations, atomic_load(&before_mapping.allocations));
    atomic_store(&mapped->frees, atomic_load(&before_mapping.frees));
    counts = mapped;
    unsetenv("LD_PRELOAD");
}

static void count_allocation(void) {
    atomic_fetch_add_explicit(&counts->allocations, 1, memory_order_relaxed);
}

static void count_free(void) {
    atomic_fetch_add_explicit(&counts->frees, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    count_allocation();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    count_allocation();
    return __libc_calloc(count, size);
}

/* Growing may move the memory: that is one given back and one asked for. */
void *realloc(void *memory, size_t size) {
    if (memory != NULL) count_free();
    if (memory == NULL || size > 0) count_allocation();
    return __libc_realloc(memory, size);
}

void free(void *memory) {
    if (memory != NULL) count_free();
    __libc_free(memory);
}

void *memalign(size_t alignment, size_t size) {
    count_allocation();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *result = memory;
    return 0;
}

/* Stands between a process and the system's file calls (LD_PRELOAD): counts those below one folder, writes them down,
   and at one of them kills the process or lets the call fail. Until fault_arm is called it does nothing.

   Kinds of calls: o open to read, c open to write, w write, f fsync, x close, r rename, l link, u unlink, m mkdir,
   d rmdir, t truncate, M mmap. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { WATCH, KILL, FAIL, FAIL_FROM_HERE, SHORT };

static char folder[4096];
static char kinds[32];
static long number;
static int action, error_number, trace = -1;
static atomic_long count;

void fault_arm(const char *below, const char *of, long at, int what, int error, int trace_file) {
    snprintf(folder, sizeof folder, "%s", below);
    snprintf(kinds, sizeof kinds, "%s", of);
    number = at, action = what, error_number = error, trace = trace_file, count = 0;
}

static void put(const void *data, size_t n) {
    for (const char *at = data; n;) {
        ssize_t done = syscall(SYS_write, trace, at, n);
        if (done <= 0) return;
        at += done, n -= done;
    }
}

/* One record: kind, a number, the lengths of two paths and of the data, then these. A call that the system refused by
   itself is of kind '-', its own kind in the place of the second path. */
static void note(char kind, int64_t value, const char *path, const char *other, const void *data, uint64_t n) {
    if (trace < 0) return;
    int before = errno;
    struct __attribute__((packed)) { char kind; int64_t value; uint32_t path, other; uint64_t data; } head = {
        kind, value, strlen(path), strlen(other), n};
    put(&head, sizeof head), put(path, head.path), put(other, head.other), put(data, n);
    errno = before;
}

void fault_mark(const char *text) { note('K', 0, text, "", "", 0); }

static void result(int failed, char kind, int64_t value, const char *path, const char *other) {
    const char own[2] = {kind, 0};
    failed ? note('-', errno, path, own, "", 0) : note(kind, value, path, other, "", 0);
}

static const char *of_handle(int handle, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, path, 4095);
    path[n < 0 ? 0 : n] = 0;
    return path;
}

static const char *at_folder(int handle, const char *name, char *path) {
    if (name[0] == '/' || handle == AT_FDCWD) return name;
    char base[4096];
    snprintf(path, 8192, "%s/%s", of_handle(handle, base), name);
    return path;
}

static int is_ours(const char *path) {
    size_t n = strlen(folder);
    return n && !strncmp(path, folder, n) && (path[n] == '/' || !path[n]);
}

/* Count a call; do what is to be done at it. Returns whether it fails, SHORT for half of a write. */
static int struck(char kind) {
    if (!strchr(kinds, kind)) return 0;
    long at = atomic_fetch_add(&count, 1) + 1;
    if (action == FAIL_FROM_HERE && number && at >= number) return errno = error_number, FAIL;
    if (at != number) return 0;
    if (action == KILL) kill(getpid(), SIGKILL);
    if (action == FAIL) return errno = error_number, FAIL;
    return action == SHORT ? SHORT : 0;
}

static int do_open(int at, const char *name, int flags, mode_t mode) {
    char buffer[8192];
    const char *path = at_folder(at, name, buffer);
    int ours = is_ours(path), writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;
    if (ours && struck(writes ? 'c' : 'o')) return -1;
    int made = ours && flags & O_CREAT && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    int handle = syscall(SYS_openat, at, name, flags, mode);
    if (ours) result(handle < 0, writes ? 'c' : 'o', made ? 1 : flags & O_TRUNC ? 2 : 0, path, "");
    return handle;
}

#define WITH_MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
int open(const char *name, int flags, ...) { WITH_MODE return do_open(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { WITH_MODE return do_open(AT_FDCWD, name, flags, mode); }
int openat(int at, const char *name, int flags, ...) { WITH_MODE return do_open(at, name, flags, mode); }
int openat64(int at, const char *name, int flags, ...) { WITH_MODE return do_open(at, name, flags, mode); }

ssize_t write(int handle, const void *data, size_t n) {
    char path[4096];
    if (!folder[0] || !is_ours(of_handle(handle, path))) return syscall(SYS_write, handle, data, n);
    int how = struck('w');
    if (how == FAIL) return -1;
    int64_t end = syscall(SYS_lseek, handle, 0, SEEK_CUR);
    struct stat status;
    if (syscall(SYS_fcntl, handle, F_GETFL) & O_APPEND && !fstat(handle, &status)) end = status.st_size;
    ssize_t done = syscall(SYS_write, handle, data, how == SHORT && n > 1 ? n / 2 : n);
    if (done > 0) note('w', end, path, "", data, done);
    return done;
}

#define ON_HANDLE(kind, value, call) \
    { char path[4096]; int ours = folder[0] && is_ours(of_handle(handle, path)), failed = ours && struck(kind); \
      if (failed && kind != 'x') return -1; \
      int done = call; \
      if (failed) return errno = error_number, -1; \
      if (ours) result(done, kind, value, path, ""); \
      return done; }
int fsync(int handle) ON_HANDLE('f', 0, syscall(SYS_fsync, handle))
int fdatasync(int handle) ON_HANDLE('f', 0, syscall(SYS_fdatasync, handle))
int close(int handle) ON_HANDLE('x', 0, syscall(SYS_close, handle))
int ftruncate(int handle, off_t n) ON_HANDLE('t', n, syscall(SYS_ftruncate, handle, n))
int ftruncate64(int handle, off_t n) ON_HANDLE('t', n, syscall(SYS_ftruncate, handle, n))

static int do_pair(char kind, int from, const char *old, int to, const char *name, unsigned flags) {
    char first[8192], second[8192];
    const char *path = at_folder(from, old, first), *other = at_folder(to, name, second);
    int ours = is_ours(other);
    if (ours && struck(kind)) return -1;
    int done = kind == 'r' ? syscall(SYS_renameat2, from, old, to, name, flags)
                           : syscall(SYS_linkat, from, old, to, name, flags);
    if (ours) result(done, kind, 0, path, other);
    return done;
}
int rename(const char *old, const char *name) { return do_pair('r', AT_FDCWD, old, AT_FDCWD, name, 0); }
int renameat(int from, const char *old, int to, const char *name) { return do_pair('r', from, old, to, name, 0); }
int link(const char *old, const char *name) { return do_pair('l', AT_FDCWD, old, AT_FDCWD, name, 0); }
int linkat(int from, const char *old, int to, const char *name, int flags) {
    return do_pair('l', from, old, to, name, flags);
}

#define ON_NAME(kind, at, name, call) \
    { char buffer[8192]; const char *path = at_folder(at, name, buffer); int ours = is_ours(path); \
      if (ours && struck(kind)) return -1; \
      int done = call; \
      if (ours) result(done, kind, 0, path, ""); \
      return done; }
int unlink(const char *name) ON_NAME('u', AT_FDCWD, name, syscall(SYS_unlinkat, AT_FDCWD, name, 0))
int rmdir(const char *name) ON_NAME('d', AT_FDCWD, name, syscall(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR))
int unlinkat(int at, const char *name, int flags)
    ON_NAME((flags & AT_REMOVEDIR ? 'd' : 'u'), at, name, syscall(SYS_unlinkat, at, name, flags))
int mkdir(const char *name, mode_t mode) ON_NAME('m', AT_FDCWD, name, syscall(SYS_mkdirat, AT_FDCWD, name, mode))
int mkdirat(int at, const char *name, mode_t mode) ON_NAME('m', at, name, syscall(SYS_mkdirat, at, name, mode))

static void *do_mmap(void *place, size_t n, int protection, int flags, int handle, off_t offset) {
    char path[4096];
    int ours = handle >= 0 && folder[0] && is_ours(of_handle(handle, path));
    if (ours && struck('M')) return (void *)-1;
    if (ours) note('M', n, path, "", "", 0);
    return (void *)syscall(SYS_mmap, place, n, protection, flags, handle, offset);
}
void *mmap(void *p, size_t n, int protection, int flags, int handle, off_t offset) {
    return do_mmap(p, n, protection, flags, handle, offset);
}
void *mmap64(void *p, size_t n, int protection, int flags, int handle, off_t offset) {
    return do_mmap(p, n, protection, flags, handle, offset);
}

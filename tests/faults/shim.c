/* Faults of the machine, put under a program with LD_PRELOAD: the disk, the plug, the clock.
 *
 * What is counted are writes to files whose path holds FAULTS_FILE, and what is sent to FAULTS_PORT. From the count
 * everything follows, so a run that is made again with the same numbers meets the same fault.
 *
 *   FAULTS_KILL=N:before|torn|after   SIGKILL around the Nth counted operation; torn does half of it
 *   FAULTS_KILL=N:lost                the power fails before the Nth: what was written and not synced is lost, piece by
 *                                     piece, as N has it
 *   FAULTS_FULL=OCTETS                after so many octets the disk is full (ENOSPC)
 *   FAULTS_COUNT=FILE                 at the end: operations and octets, counted
 *   FAULTS_SPEED=F                    all clocks and waits run F times as fast
 *   FAULTS_WALL=SECS                  the wall clock says so many seconds since 1970 at the start
 *   FAULTS_JUMP=MILLIS:SECS           after so many real milliseconds the wall clock jumps by so many seconds
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static const char *file_part, *count_file;
static int port;
static long kill_at, full_at = -1, wall_at = -1, jump_millis = -1, jump_secs;
static char kill_mode;
static double speed = 1;
static atomic_long operations, octets;
static struct timespec start_of[16];

static int real_clock(clockid_t id, struct timespec *at) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    return real(id, at);
}

__attribute__((constructor)) static void begin(void) {
    const char *text;
    file_part = getenv("FAULTS_FILE");
    count_file = getenv("FAULTS_COUNT");
    if ((text = getenv("FAULTS_PORT"))) port = atoi(text);
    if ((text = getenv("FAULTS_FULL"))) full_at = atol(text);
    if ((text = getenv("FAULTS_SPEED"))) speed = atof(text);
    if ((text = getenv("FAULTS_KILL"))) {
        kill_at = atol(text);
        kill_mode = strchr(text, ':')[1];
    }
    if ((text = getenv("FAULTS_JUMP"))) {
        jump_millis = atol(text);
        jump_secs = atol(strchr(text, ':') + 1);
    }
    if ((text = getenv("FAULTS_WALL"))) wall_at = atol(text);
    for (int id = 0; id < 16; id++) real_clock(id, &start_of[id]);
}

__attribute__((destructor)) static void end(void) {
    FILE *out = count_file ? fopen(count_file, "w") : NULL;
    if (!out) return;
    fprintf(out, "%ld %ld\n", operations, octets);
    fclose(out);
}

/* The disk and the plug. */

static int is_counted(int fd) {
    char link[64], path[4096];
    if (port) {
        struct sockaddr_in peer;
        socklen_t room = sizeof peer;
        if (!getpeername(fd, (struct sockaddr *)&peer, &room) && peer.sin_family == AF_INET &&
            ntohs(peer.sin_port) == port)
            return 1;
    }
    if (!file_part) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, file_part) != NULL;
}

/* What a disk without power forgets: the octets that stood where something was written and not synced since. */
struct undo {
    struct undo *before;
    ino_t file;
    int fd;
    off64_t at;
    size_t length;
    off64_t size;
    char octets[];
};

static struct undo *newest;
static pthread_mutex_t undo_lock = PTHREAD_MUTEX_INITIALIZER;

/* Keeps what stands at a place that is about to be written or cut off. */
static void remember(int fd, off64_t at, size_t length) {
    struct stat64 about;
    if (kill_mode != 'l' || fstat64(fd, &about) || !S_ISREG(about.st_mode)) return;
    struct undo *undo = calloc(1, sizeof *undo + length);
    *undo = (struct undo){.before = newest, .file = about.st_ino, .fd = fd, .at = at, .size = about.st_size};
    ssize_t there = pread64(fd, undo->octets, length, at);
    undo->length = there < 0 ? 0 : (size_t)there;
    pthread_mutex_lock(&undo_lock);
    undo->before = newest;
    newest = undo;
    pthread_mutex_unlock(&undo_lock);
}

/* What is synced stays. */
static void forget(int fd) {
    struct stat64 about;
    if (kill_mode != 'l' || fstat64(fd, &about)) return;
    pthread_mutex_lock(&undo_lock);
    for (struct undo **link = &newest; *link;) {
        struct undo *undo = *link;
        if (undo->file != about.st_ino) {
            link = &undo->before;
            continue;
        }
        *link = undo->before;
        free(undo);
    }
    pthread_mutex_unlock(&undo_lock);
}

/* The newest first; each is lost or kept. */
static void lose_power(void) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    unsigned long drawn = (unsigned long)kill_at;
    for (struct undo *undo = newest; undo; undo = undo->before) {
        drawn = drawn * 6364136223846793005UL + 1442695040888963407UL;
        if (drawn >> 63) continue;
        if (real(undo->fd, undo->octets, undo->length, undo->at) < 0) continue;
        struct stat64 about;
        if (!fstat64(undo->fd, &about) && about.st_size > undo->size) syscall(SYS_ftruncate, undo->fd, undo->size);
    }
}

static void die(void) {
    if (kill_mode == 'l') lose_power();
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Counts an operation. 't': half of it is to be done, then die; 'a': all of it, then die; 0: nothing happens. */
static char fate(void) {
    if (atomic_fetch_add(&operations, 1) + 1 != kill_at) return 0;
    if (kill_mode == 'b' || kill_mode == 'l') die();
    return kill_mode;
}

/* How much of a write the disk still takes. */
static size_t room_for(size_t wanted) {
    long before = atomic_fetch_add(&octets, (long)wanted);
    if (full_at < 0 || before + (long)wanted <= full_at) return wanted;
    return before >= full_at ? 0 : (size_t)(full_at - before);
}

#define WRITE(call_with, wanted) \
    char doom = fate(); \
    size_t taken = room_for(wanted); \
    if (!taken && wanted) { errno = ENOSPC; return -1; } \
    if (doom == 't') taken = (taken + 1) / 2; \
    ssize_t done = call_with; \
    if (doom) die(); \
    return done

ssize_t write(int fd, const void *from, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (!is_counted(fd)) return real(fd, from, count);
    remember(fd, lseek64(fd, 0, SEEK_CUR), count);
    WRITE(real(fd, from, taken), count);
}

ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    if (!is_counted(fd)) return real(fd, from, count, at);
    remember(fd, at, count);
    WRITE(real(fd, from, taken, at), count);
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t at) { return pwrite64(fd, from, count, at); }

ssize_t send(int fd, const void *from, size_t count, int flags) {
    REAL(ssize_t, send, int, const void *, size_t, int);
    if (!is_counted(fd)) return real(fd, from, count, flags);
    WRITE(real(fd, from, taken, flags), count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    if (!is_counted(fd)) return real(fd, parts, count);
    size_t wanted = parts[0].iov_len;
    WRITE(write(fd, parts[0].iov_base, taken), wanted);
}

static int synced(int fd, int (*sync)(int)) {
    int counted = is_counted(fd);
    char doom = counted ? fate() : 0;
    if (doom == 't') die();
    int done = sync(fd);
    if (counted && !done) forget(fd);
    if (doom) die();
    return done;
}

int fsync(int fd) {
    REAL(int, fsync, int);
    return synced(fd, real);
}

int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    return synced(fd, real);
}

int ftruncate64(int fd, off64_t length) {
    REAL(int, ftruncate64, int, off64_t);
    struct stat64 about;
    int counted = is_counted(fd);
    char doom = counted ? fate() : 0;
    if (counted && !fstat64(fd, &about) && about.st_size > length) remember(fd, length, about.st_size - length);
    int done = real(fd, length);
    if (doom) die();
    return done;
}

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    char doom = file_part && strstr(path, file_part) ? fate() : 0;
    int done = real(path);
    if (doom) die();
    return done;
}

int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    char doom = file_part && strstr(to, file_part) ? fate() : 0;
    int done = real(from, to);
    if (doom) die();
    return done;
}

/* The clock. */

static double secs_of(struct timespec at) { return (double)at.tv_sec + (double)at.tv_nsec / 1e9; }

static struct timespec timespec_of(double secs) {
    struct timespec at = {.tv_sec = (time_t)secs};
    at.tv_nsec = (long)((secs - (double)at.tv_sec) * 1e9);
    return at;
}

static int is_wall(clockid_t id) { return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE; }

static int is_scaled(clockid_t id) {
    return is_wall(id) || id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_RAW || id == CLOCK_MONOTONIC_COARSE ||
           id == CLOCK_BOOTTIME;
}

int clock_gettime(clockid_t id, struct timespec *at) {
    if (real_clock(id, at)) return -1;
    if (!is_scaled(id)) return 0;
    struct timespec from = start_of[id];
    long long nanos = (at->tv_sec - from.tv_sec) * 1000000000LL + (at->tv_nsec - from.tv_nsec);
    long long jumped = is_wall(id) && jump_millis >= 0 && nanos >= jump_millis * 1000000LL ? jump_secs : 0;
    long long total = from.tv_nsec + (long long)((double)nanos * speed);
    at->tv_sec = (is_wall(id) && wall_at >= 0 ? wall_at : from.tv_sec) + total / 1000000000LL + jumped;
    at->tv_nsec = total % 1000000000LL;
    return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

/* Rounded up: who wakes too early waits again, over and over. */
static int sooner(int millis) { return millis <= 0 ? millis : (int)((double)millis / speed) + 1; }

int epoll_wait(int fd, struct epoll_event *events, int most, int millis) {
    REAL(int, epoll_wait, int, struct epoll_event *, int, int);
    return real(fd, events, most, sooner(millis));
}

int poll(struct pollfd *fds, nfds_t count, int millis) {
    REAL(int, poll, struct pollfd *, nfds_t, int);
    return real(fds, count, sooner(millis));
}

int nanosleep(const struct timespec *wait, struct timespec *left) {
    REAL(int, nanosleep, const struct timespec *, struct timespec *);
    struct timespec shorter = timespec_of(secs_of(*wait) / speed);
    return real(&shorter, left);
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *wait, struct timespec *left) {
    REAL(int, clock_nanosleep, clockid_t, int, const struct timespec *, struct timespec *);
    if (flags) return real(id, flags, wait, left);
    struct timespec shorter = timespec_of(secs_of(*wait) / speed);
    return real(id, flags, &shorter, left);
}

/* Rust waits for conditions with futexes that name a moment of the monotonic clock. */
static struct timespec real_moment(struct timespec moment) {
    double from = secs_of(start_of[CLOCK_MONOTONIC]);
    return timespec_of(from + (secs_of(moment) - from) / speed);
}

long syscall(long number, ...) {
    REAL(long, syscall, long, ...);
    long words[6];
    va_list list;
    va_start(list, number);
    for (int at = 0; at < 6; at++) words[at] = va_arg(list, long);
    va_end(list);
    struct timespec sooner_at;
    int command = (int)words[1] & FUTEX_CMD_MASK;
    if (number == SYS_futex && words[3] && speed != 1 && (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET)) {
        struct timespec given = *(struct timespec *)words[3];
        sooner_at = command == FUTEX_WAIT ? timespec_of(secs_of(given) / speed) : real_moment(given);
        words[3] = (long)&sooner_at;
    }
    return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

/* Another time of day for one process and its children: preloaded, it adds FORSKJOVET_KLOKKE seconds to the wall clock.
   Only the wall clock: what waits and measures goes by the monotonic clock, which is left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long shift(void) {
    static long sekunder = 0;
    static int lest = 0;
    if (!lest) {
        const char *verdi = getenv("FORSKJOVET_KLOKKE");
        sekunder = verdi ? atol(verdi) : 0;
        lest = 1;
    }
    return sekunder;
}

int clock_gettime(clockid_t klokke, struct timespec *tid) {
    static int (*ekte)(clockid_t, struct timespec *) = NULL;
    if (!ekte) ekte = dlsym(RTLD_NEXT, "clock_gettime");
    int svar = ekte(klokke, tid);
    if (!svar && (klokke == CLOCK_REALTIME || klokke == CLOCK_REALTIME_COARSE)) tid->tv_sec += shift();
    return svar;
}

int gettimeofday(struct timeval *restrict tid, void *restrict sone) {
    struct timespec naa;
    (void)sone;
    if (clock_gettime(CLOCK_REALTIME, &naa)) return -1;
    tid->tv_sec = naa.tv_sec;
    tid->tv_usec = naa.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *ut) {
    struct timespec naa;
    if (clock_gettime(CLOCK_REALTIME, &naa)) return -1;
    if (ut) *ut = naa.tv_sec;
    return naa.tv_sec;
}

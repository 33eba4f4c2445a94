/* A twin does in one scan what its program in ../programs does, written as plain C. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* One scan; time in nanoseconds. */
void scan(int64_t now);
/* Calls report_* for the variables that have to agree with the program's. */
void report(void);

void report_int(const char *path, int64_t value);
void report_real(const char *path, float value);
void report_lreal(const char *path, double value);
void report_text(const char *path, const char *value);

#include "twin.h"
#include <math.h>
#include <stdio.h>

typedef struct {
  float set_point, actual, kp, ki, kd, dt, output;
  bool limited;
  float integral, last_error, error, derivative;
} pid_real;

typedef struct {
  double set_point, actual, kp, ti, td, dt, output, integral, last_actual, filtered;
} pid_lreal;

uint32_t seed = 777;
pid_real controllers[9];
pid_lreal p[9];
float tank_r[9];
double tank_l[9];
float noise;
double taps[32], history[32];
int16_t head;
double fir, mean, deviation;
float samples[64], smoothed[64];
double a[4][4], b[4][4], c[4][4];
double trace;
bool started;

static void pid_real_run(pid_real *pid) {
  pid->error = pid->set_point - pid->actual;
  pid->derivative = (pid->error - pid->last_error) / pid->dt;
  if (!pid->limited) pid->integral = pid->integral + pid->error * pid->dt;
  float output = pid->kp * pid->error + pid->ki * pid->integral + pid->kd * pid->derivative;
  pid->limited = false;
  if (output > 100.0f) {
    output = 100.0f;
    pid->limited = true;
  } else if (output < -100.0f) {
    output = -100.0f;
    pid->limited = true;
  }
  pid->output = output;
  pid->last_error = pid->error;
}

static double limit(double low, double value, double high) { return value < low ? low : value > high ? high : value; }

static void pid_lreal_run(pid_lreal *pid) {
  double error = pid->set_point - pid->actual;
  pid->integral = limit(-50.0, pid->integral + error * pid->dt / pid->ti, 50.0);
  double slope = (pid->last_actual - pid->actual) / pid->dt;
  pid->filtered = pid->filtered + (slope - pid->filtered) * 0.2;
  pid->output = limit(-100.0, pid->kp * (error + pid->integral + pid->td * pid->filtered), 100.0);
  pid->last_actual = pid->actual;
}

static void start(void) {
  for (int i = 1; i <= 8; i++) {
    controllers[i] = (pid_real){.kp = 2.0f, .ki = 0.5f, .kd = 0.1f, .dt = 0.01f};
    p[i] = (pid_lreal){.kp = 1.5, .ti = 0.8, .td = 0.05, .dt = 0.01};
  }
  for (int i = 0; i < 32; i++) taps[i] = 1.0 / (double)(i + 2);
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      a[i][j] = (double)(i * 4 + j) * 0.125;
      b[i][j] = (double)(j * 3 - i) * 0.25;
    }
}

void scan(int64_t now) {
  (void)now;
  if (!started) {
    started = true;
    start();
  }
  seed = seed * 1664525u + 1013904223u;
  noise = (float)(seed / 65536u) / 65536.0f - 0.5f;

  for (int i = 1; i <= 8; i++) {
    controllers[i].set_point = (float)i * 10.0f;
    controllers[i].actual = tank_r[i] + noise;
    pid_real_run(&controllers[i]);
    tank_r[i] = tank_r[i] + (controllers[i].output - tank_r[i] * 0.3f) * 0.01f;
  }
  for (int i = 1; i <= 8; i++) {
    p[i].set_point = i * 10.0;
    p[i].actual = tank_l[i] + (double)noise;
    pid_lreal_run(&p[i]);
  }
  for (int i = 1; i <= 8; i++) tank_l[i] = tank_l[i] + (p[i].output - tank_l[i]) * 0.02;

  history[head] = (double)noise + tank_l[1];
  double sum = 0.0;
  int at = head;
  for (int i = 0; i < 32; i++) {
    sum += taps[i] * history[at];
    at--;
    if (at < 0) at = 31;
  }
  fir = sum;
  head++;
  if (head > 31) head = 0;

  sum = 0.0;
  for (int i = 0; i < 32; i++) sum += history[i];
  mean = sum / 32.0;
  sum = 0.0;
  for (int i = 0; i < 32; i++) sum += (history[i] - mean) * (history[i] - mean);
  deviation = sqrt(sum / 31.0);

  for (int i = 63; i >= 1; i--) samples[i] = samples[i - 1];
  samples[0] = tank_r[1] + noise;
  for (int i = 2; i <= 61; i++) {
    float slice = samples[i - 2] + samples[i - 1] + samples[i] + samples[i + 1] + samples[i + 2];
    smoothed[i] = slice * 0.2f;
  }

  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      sum = 0.0;
      for (int k = 0; k < 4; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  trace = c[0][0] + c[1][1] + c[2][2] + c[3][3];
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) a[i][j] = a[i][j] * 0.99 + c[j][i] * 0.001 + 0.01;
}

void report(void) {
  char path[40];
  report_int("Main.Seed", seed);
  report_real("Main.Noise", noise);
  report_lreal("Main.Fir", fir);
  report_lreal("Main.Mean", mean);
  report_lreal("Main.Deviation", deviation);
  report_lreal("Main.Trace", trace);
  report_int("Main.Head", head);
  for (int i = 1; i <= 8; i++) {
    snprintf(path, sizeof path, "Main.Controllers[%d].Output", i);
    report_real(path, controllers[i].output);
    snprintf(path, sizeof path, "Main.Controllers[%d].Integral", i);
    report_real(path, controllers[i].integral);
    snprintf(path, sizeof path, "Main.P%d.Filtered", i);
    report_lreal(path, p[i].filtered);
    snprintf(path, sizeof path, "Main.TankR[%d]", i);
    report_real(path, tank_r[i]);
    snprintf(path, sizeof path, "Main.TankL[%d]", i);
    report_lreal(path, tank_l[i]);
  }
  for (int i = 2; i <= 61; i++) {
    snprintf(path, sizeof path, "Main.Smoothed[%d]", i);
    report_real(path, smoothed[i]);
  }
  for (int i = 0; i < 16; i++) {
    snprintf(path, sizeof path, "Main.A[%d,%d]", i / 4, i % 4);
    report_lreal(path, a[i / 4][i % 4]);
  }
}

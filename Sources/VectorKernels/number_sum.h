// How forms accumulate a sum by default: as a number.

#ifndef SUM
#define SUM LANES
#define START(sum, start) (*(sum) = *(start))
#define CLOSE_GROUP(sum) ((void)0)
#define FINISH(sum, count, value) (*(value) = *(sum))
#endif

// Whether the form's steps are between round_down() and round_as_before(mode).
#ifndef STEPS_ROUND_DOWN
#define STEPS_ROUND_DOWN 0
#endif

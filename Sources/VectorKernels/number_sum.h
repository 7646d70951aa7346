// How a sum is carried by forms that define nothing else: as a number.

#ifndef SUM
#define SUM LANES
#define START(sum, start) (*(sum) = *(start))
#define CLOSE_GROUP(sum) ((void)0)
#define FINISH(sum, count, value) (*(value) = *(sum))
#endif

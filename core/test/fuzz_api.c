/* SPDX-License-Identifier: MIT */
/* fuzz_api.c - libFuzzer target: any sequence of calls of the public API against a shadow model.
 *
 * Uses the public header only. Each operation takes up to four bytes of the input: what to do, which slot, and the size. The
 * shadow knows the size and stamp of each live block. In the end all is freed, and the live counters are as they were.
 */
#include "test_api.h"

#include <pthread.h>

enum { SLOTS = 64, THREADS_PER_INPUT = 8 };

struct input {
    const uint8_t *at, *end;
};

struct live {
    char *block;
    size_t size;
    uint64_t seed;
};

static struct live live[SLOTS];
static uint64_t next_seed;
static int threads_left;

static unsigned next_byte(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

/* The high three bits choose the magnitude: the sizes around the borders of tiny, mid and large come up often. */
static size_t next_size(struct input *input)
{
    unsigned first = next_byte(input), second = next_byte(input);
    size_t low = (first & 31) << 8 | second;
    switch (first >> 5) {
    case 0:
        return second;
    case 1:
        return 1024 + second % 16 - 8;
    case 2:
        return MIB + second % 16 - 8;
    case 3:
        return 64 * KIB + second % 16 - 8;
    case 4:
        return low * 16;
    case 5:
        return low * 400;
    case 6:
        return second < 4 ? SIZE_MAX >> second : low % 2048;
    default:
        return low % 1200;
    }
}

static void verify(const struct live *slot)
{
    must(!slot->block || test_stamped(slot->block, slot->size, slot->seed));
    must(!slot->block || hak_malloc_usable_size(slot->block) >= slot->size);
}

static void release(struct live *slot)
{
    verify(slot);
    errno = 4321;
    hak_free(slot->block);
    must(errno == 4321);
    *slot = (struct live){0};
}

/* A block or a refusal with ENOMEM; the whole usable part is written, the asked part is remembered. */
static void keep(struct live *slot, void *block, size_t size, size_t alignment)
{
    if (!block) {
        must(errno == ENOMEM && size > MIB);
        return;
    }
    must(test_aligned(block, alignment > 16 ? alignment : 16));
    size_t usable = hak_malloc_usable_size(block);
    must(usable >= size);
    *slot = (struct live){block, size, ++next_seed};
    memset((char *)block + size, 0xEE, usable - size);
    test_stamp(block, size, slot->seed);
}

static void resize(struct live *slot, size_t size)
{
    verify(slot);
    errno = 0;
    char *moved = hak_realloc(slot->block, size);
    if (slot->block && !size) {
        must(!moved);
        *slot = (struct live){0};
        return;
    }
    if (!moved) {
        must(errno == ENOMEM && size > MIB);
        verify(slot);
        return;
    }
    must(test_stamped(moved, slot->size < size ? slot->size : size, slot->seed));
    keep(slot, moved, size, 16);
}

static void *free_there(void *context)
{
    release(context);
    hak_free(hak_malloc(100));
    return NULL;
}

static void release_elsewhere(struct live *slot)
{
    pthread_t thread;
    if (threads_left-- <= 0)
        return;
    must(!pthread_create(&thread, NULL, free_there, slot));
    must(!pthread_join(thread, NULL));
}

static void release_sized(struct live *slot)
{
    verify(slot);
    hak_free_sized(slot->block, slot->size);
    *slot = (struct live){0};
}

static void make_zeroed(struct live *slot, struct input *input)
{
    size_t size = next_size(input), count = next_byte(input) % 4 + 1, bytes;
    bool overflow = __builtin_mul_overflow(count, size, &bytes);
    release(slot);
    errno = 0;
    char *block = hak_calloc(count, size);
    must(!overflow || !block);
    must(!block || test_zero(block, bytes));
    keep(slot, block, overflow ? SIZE_MAX : bytes, 16);
}

static void make_aligned(struct live *slot, struct input *input)
{
    unsigned how = next_byte(input);
    size_t size = next_size(input), alignment = (size_t)1 << how % 22;
    void *block = NULL;
    release(slot);
    errno = 0;
    if (how & 0x80)
        block = hak_aligned_alloc(alignment, size);
    else if (how & 0x40)
        block = hak_memalign(alignment, size);
    else {
        int error = hak_posix_memalign(&block, alignment, size);
        must(error == 0 || error == ENOMEM || (error == EINVAL && alignment < sizeof(void *)));
        if (error == EINVAL)
            return;
        errno = error;
    }
    keep(slot, block, size, alignment);
}

static void operate(struct input *input)
{
    unsigned what = next_byte(input);
    struct live *slot = &live[next_byte(input) % SLOTS];
    size_t size;
    switch (what % 16) {
    case 0 ... 4:
        size = next_size(input);
        release(slot);
        errno = 0;
        keep(slot, hak_malloc(size), size, 16);
        break;
    case 5 ... 7:
        release(slot);
        break;
    case 8 ... 9:
        make_zeroed(slot, input);
        break;
    case 10 ... 11:
        resize(slot, next_size(input));
        break;
    case 12:
        make_aligned(slot, input);
        break;
    case 13:
        release_sized(slot);
        break;
    case 14:
        release_elsewhere(slot);
        break;
    default:
        hak_malloc_trim(next_byte(input));
        must(what < 128 || hak_check());
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    struct hak_stats before = test_stats();
    threads_left = THREADS_PER_INPUT;
    while (input.at < input.end)
        operate(&input);
    for (size_t i = 0; i < SLOTS; i++)
        verify(&live[i]);
    for (size_t i = 0; i < SLOTS; i++)
        release(&live[i]);
    struct hak_stats after = test_stats();
    must(after.live_blocks == before.live_blocks && after.live_bytes == before.live_bytes);
    must(hak_check());
    return 0;
}

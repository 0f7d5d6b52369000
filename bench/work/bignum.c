/* SPDX-License-Identifier: MIT */
/* bignum.c - numbers of any length, each a block of its own: the continued fraction of a square root, as a factoriser has it.
 *
 * After cfrac of mimalloc-bench (github.com/daanx/mimalloc-bench, there from Zorn's programs of 1992), in our own words and by
 * the recurrences of Morrison and Brillhart, "A method of factoring and the factorization of F7", Mathematics of Computation 29
 * (1975). Every operation makes its result and drops what it no longer needs, so that most blocks live for a few calls; those
 * of a step live for the next; of each EVERY steps one keeps a pair until the end. N is odd and has `digits` decimal digits.
 *
 *     P' = a Q - P,  Q' = (N - P'^2) / Q,  a' = (floor(sqrt N) + P') / Q',  A' = a' A + A_before mod N
 *
 * An operation is a step. What must hold: A^2 = +-Q' modulo N, which each pair is checked for when it is dropped.
 */
#include "work.h"

enum { DIGITS, STEPS, SEED, ARGS };
enum { EVERY = 15, LIMBS_MAX = 2 * 54 };

static const struct work_arg args[ARGS] = {
    [DIGITS] = {"digits", "decimal digits of the number", 40, 5, 500},
    [STEPS] = {"steps", "steps of the continued fraction", 100000, 1, 1u << 30},
    [SEED] = {"seed", "start of the random number", 42, 1, UINT32_MAX},
};

/* A natural number, lowest limb first, without leading zeros. Never changed once it is made. */
struct number {
    uint32_t count, limb[];
};

static const struct number *number_of(const uint32_t *limb, uint32_t count)
{
    while (count && !limb[count - 1])
        count--;
    struct number *n = work_malloc(sizeof *n + count * sizeof *limb);
    n->count = count;
    memcpy(n->limb, limb, count * sizeof *limb);
    return n;
}

static void drop(const struct number *n)
{
    free((void *)n);
}

static uint32_t limb_of(const struct number *n, uint32_t i)
{
    return i < n->count ? n->limb[i] : 0;
}

static int compare(const struct number *a, const struct number *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (uint32_t i = a->count; i-- > 0;)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

static const struct number *sum_of(const struct number *a, const struct number *b)
{
    uint32_t most = (a->count > b->count ? a->count : b->count) + 1, out[2 * LIMBS_MAX];
    uint64_t carry = 0;
    for (uint32_t i = 0; i < most; i++) {
        carry += (uint64_t)limb_of(a, i) + limb_of(b, i);
        out[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return number_of(out, most);
}

/* a >= b */
static const struct number *difference_of(const struct number *a, const struct number *b)
{
    uint32_t out[2 * LIMBS_MAX];
    int64_t borrow = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        borrow += (int64_t)a->limb[i] - limb_of(b, i);
        out[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    return number_of(out, a->count);
}

static const struct number *product_of(const struct number *a, const struct number *b)
{
    uint32_t out[2 * LIMBS_MAX];
    memset(out, 0, (a->count + b->count) * sizeof *out);
    for (uint32_t i = 0; i < a->count; i++) {
        uint64_t carry = 0;
        for (uint32_t k = 0; k < b->count || carry; k++) {
            carry += out[i + k] + (uint64_t)a->limb[i] * limb_of(b, k);
            out[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    return number_of(out, a->count + b->count);
}

/* Subtracts q times b, shifted by `at` limbs, from r, which has one limb more than that; q is at most one too large: the q that
 * fits. Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D. */
static uint32_t subtract(uint32_t *r, const uint32_t *b, uint32_t count, uint32_t q)
{
    int64_t borrow = 0;
    uint64_t carry = 0;
    for (uint32_t i = 0; i <= count; i++) {
        carry += i < count ? (uint64_t)q * b[i] : 0;
        borrow += (int64_t)r[i] - (uint32_t)carry;
        r[i] = (uint32_t)borrow;
        borrow >>= 32;
        carry >>= 32;
    }
    if (!borrow)
        return q;
    carry = 0;
    for (uint32_t i = 0; i <= count; i++) {
        carry += (uint64_t)r[i] + (i < count ? b[i] : 0);
        r[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return q - 1;
}

static void shift_left(uint32_t *out, const struct number *n, int bits)
{
    uint64_t carry = 0;
    for (uint32_t i = 0; i <= n->count; i++) {
        carry |= (uint64_t)limb_of(n, i) << bits;
        out[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* The quotient, whose remainder goes to *rest; either may be left out. b is not 0. */
static const struct number *quotient_of(const struct number *a, const struct number *b, const struct number **rest)
{
    uint32_t r[2 * LIMBS_MAX + 2], d[LIMBS_MAX + 1], q[2 * LIMBS_MAX], n = b->count;
    int bits = __builtin_clz(b->limb[n - 1]);
    memset(r, 0, ((a->count > n ? a->count : n) + 1) * sizeof *r);
    shift_left(r, a, bits);
    shift_left(d, b, bits);
    for (uint32_t at = a->count < n ? 0 : a->count - n + 1; at-- > 0;) {
        uint64_t high = (uint64_t)r[at + n] << 32 | r[at + n - 1], guess = high / d[n - 1], left = high % d[n - 1];
        while (guess >> 32 || (n > 1 && guess * d[n - 2] > (left << 32 | r[at + n - 2]))) {
            guess--;
            left += d[n - 1];
            if (left >> 32)
                break;
        }
        q[at] = subtract(r + at, d, n, (uint32_t)guess);
    }
    if (rest) {
        for (uint32_t i = 0; i < n; i++)
            r[i] = (uint32_t)(((uint64_t)r[i + 1] << 32 | r[i]) >> bits);
        *rest = number_of(r, a->count < n ? a->count : n);
    }
    return number_of(q, a->count < n ? 0 : a->count - n + 1);
}

static const struct number *remainder_of(const struct number *a, const struct number *b)
{
    const struct number *rest;
    drop(quotient_of(a, b, &rest));
    return rest;
}

/* floor(sqrt(n)) by Newton's method, from above. */
static const struct number *root_of(const struct number *n)
{
    uint32_t first[LIMBS_MAX] = {0};
    first[n->count / 2 + 1] = 1;
    for (const struct number *x = number_of(first, n->count / 2 + 2), *quotient, *sum, *next;; x = next) {
        quotient = quotient_of(n, x, NULL);
        sum = sum_of(x, quotient);
        for (uint32_t i = 0; i < sum->count; i++)
            first[i] = sum->limb[i] >> 1 | limb_of(sum, i + 1) << 31;
        next = number_of(first, sum->count);
        drop(quotient);
        drop(sum);
        if (compare(next, x) >= 0) {
            drop(next);
            return x;
        }
        drop(x);
    }
}

/* An odd number of so many decimal digits. */
static const struct number *random_number(uint64_t digits, uint32_t seed)
{
    uint32_t state = work_seed(seed, 0), ten = 10;
    const struct number *base = number_of(&ten, 1), *n = number_of(&ten, 0);
    for (uint64_t i = 0; i < digits; i++) {
        uint32_t digit = work_random(&state) % 10;
        digit = i + 1 == digits ? digit | 1 : i ? digit : 1 + digit % 9;
        const struct number *times = product_of(n, base), *one = number_of(&digit, 1), *more = sum_of(times, one);
        drop(times);
        drop(one);
        drop(n);
        n = more;
    }
    drop(base);
    return n;
}

/* --- The continued fraction ----------------------------------------------------------------------------------------------- */
static const struct number *n, *root;

/* Where it is: A of the step before and of this one, P, Q and a. */
struct fraction {
    const struct number *before, *now, *p, *q, *a;
};

struct pair {
    struct pair *next;
    const struct number *a, *q;
    bool negative;
};

/* Puts a new number in the place of an old one. */
static void put(const struct number **place, const struct number *fresh)
{
    drop(*place);
    *place = fresh;
}

static void step(struct fraction *f)
{
    const struct number *times = product_of(f->a, f->q), *square, *left, *sum, *rest;
    put(&f->p, difference_of(times, f->p));
    drop(times);
    square = product_of(f->p, f->p);
    left = difference_of(n, square);
    put(&f->q, quotient_of(left, f->q, &rest));
    if (rest->count)
        work_fail("corrupted number: a division that leaves nothing has left a rest");
    drop(square);
    drop(left);
    drop(rest);
    sum = sum_of(root, f->p);
    put(&f->a, quotient_of(sum, f->q, NULL));
    drop(sum);
    times = product_of(f->a, f->now);
    sum = sum_of(times, f->before);
    put(&f->before, remainder_of(sum, n));
    const struct number *newest = f->before;
    f->before = f->now;
    f->now = newest;
    drop(times);
    drop(sum);
}

static void keep(struct pair **kept, const struct fraction *f, const struct number *q, bool negative)
{
    struct pair *pair = work_malloc(sizeof *pair);
    *pair = (struct pair){*kept, number_of(f->before->limb, f->before->count), number_of(q->limb, q->count), negative};
    *kept = pair;
}

/* Checks and drops a pair; what it adds to the checksum. */
static uint64_t pair_drop(struct pair *pair)
{
    const struct number *square = product_of(pair->a, pair->a), *a = remainder_of(square, n);
    const struct number *q = pair->negative ? difference_of(n, pair->q) : number_of(pair->q->limb, pair->q->count);
    uint64_t sum = pair->q->count;
    if (compare(a, q))
        work_fail("corrupted number: the square of a kept one is not what was kept beside it");
    for (uint32_t i = 0; i < a->count; i++)
        sum = work_mix(sum ^ a->limb[i]);
    const struct number *all[] = {square, a, q, pair->a, pair->q};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        drop(all[i]);
    free(pair);
    return sum;
}

static uint64_t expand(uint64_t steps, uint64_t *pairs)
{
    uint32_t one = 1;
    struct pair *kept = NULL;
    struct fraction f = {number_of(&one, 1), number_of(root->limb, root->count), number_of(&one, 0), number_of(&one, 1),
                         number_of(root->limb, root->count)};
    for (uint64_t i = 1; i <= steps; i++) {
        step(&f);
        if (i % EVERY == 0 && ++*pairs)
            keep(&kept, &f, f.q, i % 2);
    }
    const struct number *all[] = {f.before, f.now, f.p, f.q, f.a};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        drop(all[i]);
    uint64_t checksum = 0;
    for (struct pair *next; kept; kept = next) {
        next = kept->next;
        checksum = checksum * 31 + pair_drop(kept);
    }
    return checksum;
}

int main(int argc, char **argv)
{
    uint64_t value[ARGS], pairs = 0;
    work_args("bignum", "Expands the square root of a large number as a continued fraction; a step is an operation.",
              args, ARGS, argc, argv, value);
    n = random_number(value[DIGITS], (uint32_t)value[SEED]);
    root = root_of(n);
    const struct number *square = product_of(root, root);
    if (!compare(square, n))
        work_fail("seed %u: the number of %u digits is a square: want another seed", (unsigned)value[SEED],
                  (unsigned)value[DIGITS]);
    drop(square);
    work_begin();
    double start = work_now();
    uint64_t checksum = expand(value[STEPS], &pairs);
    double seconds = work_now() - start;
    drop(n);
    drop(root);
    work_result(value[STEPS], seconds, checksum, "digits=%llu pairs=%llu seed=%u", (unsigned long long)value[DIGITS],
                (unsigned long long)pairs, (unsigned)value[SEED]);
    return 0;
}

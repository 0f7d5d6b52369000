// SPDX-License-Identifier: MIT

// A table of numbers that lies in hakmem and not in Go's heap, so that the garbage collector need not look at it.
package main

/*
#include <hakmem.h>
*/
import "C"

import (
	"fmt"
	"os"
	"sync"
	"unsafe"
)

// numbers allocates count numbers in hakmem; give frees them.
func numbers(count int) []uint64 {
	block := C.hak_calloc(C.size_t(count), 8)
	if block == nil {
		panic("hakmem: out of memory")
	}
	return unsafe.Slice((*uint64)(block), count)
}

func give(table []uint64) { C.hak_free(unsafe.Pointer(&table[0])) }

func live() uint64 {
	var stats C.struct_hak_stats
	C.hak_stats(&stats, C.size_t(unsafe.Sizeof(stats)))
	return uint64(stats.live_bytes)
}

func main() {
	before := live()
	table := numbers(1_000_000)
	for i := range table {
		table[i] = uint64(i)
	}
	held := live() - before
	var all sync.WaitGroup
	for n := 0; n < 8; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 1; i < 1000; i++ {
				give(numbers(i))
			}
		}()
	}
	all.Wait()
	if table[999_999] != 999_999 || held < 8_000_000 {
		fmt.Fprintf(os.Stderr, "the table is wrong, or %d bytes are too few\n", held)
		os.Exit(1)
	}
	give(table)
	fmt.Printf("hakmem %s: the table held %d KiB\n", C.GoString(C.hak_version()), held/1024)
}

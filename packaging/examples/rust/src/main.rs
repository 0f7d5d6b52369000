// SPDX-License-Identifier: MIT
// All memory of this program comes from hakmem; it prints how much a vector, a map and an aligned block added.
use std::alloc::{GlobalAlloc, Layout};
use std::collections::HashMap;

#[global_allocator]
static GLOBAL: hakmem::Hakmem = hakmem::Hakmem;

fn live() -> u64 {
    hakmem::counter("live_bytes").expect("the counter live_bytes")
}

fn main() {
    let before = live();
    let mut numbers: Vec<u64> = (0..1_000_000).collect();
    numbers.extend(0..1_000);
    let map: HashMap<u64, String> = (0..10_000).map(|n| (n, n.to_string())).collect();
    let threads: Vec<_> = (0..4).map(|n| std::thread::spawn(move || vec![n as u8; 100_000])).collect();
    let made: usize = threads.into_iter().map(|thread| thread.join().unwrap().len()).sum();
    let layout = Layout::from_size_align(10_000, 4096).unwrap();
    unsafe {
        let block = GLOBAL.alloc_zeroed(layout);
        assert!(block as usize % 4096 == 0 && *block.add(9_999) == 0);
        *block = 7;
        let block = GLOBAL.realloc(block, layout, 20_000);
        assert!(block as usize % 4096 == 0 && *block == 7);
        GLOBAL.dealloc(block, Layout::from_size_align(20_000, 4096).unwrap());
    }
    let held = live() - before;
    assert!(numbers.len() == 1_001_000 && map[&9_999] == "9999" && made == 400_000);
    assert!(held >= 8 * 1_001_000, "{held} bytes are live in hakmem, want the vector's at least");
    println!("hakmem {}: the vector and the map hold {} KiB", hakmem::version(), held / 1024);
}

// SPDX-License-Identifier: MIT
//! hakmem as the global allocator of a Rust program.
//!
//! ```ignore
//! #[global_allocator]
//! static GLOBAL: hakmem::Hakmem = hakmem::Hakmem;
//! ```
use std::alloc::{GlobalAlloc, Layout};
use std::os::raw::{c_char, c_void};

extern "C" {
    fn hak_malloc(size: usize) -> *mut c_void;
    fn hak_calloc(count: usize, size: usize) -> *mut c_void;
    fn hak_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn hak_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn hak_free(block: *mut c_void);
    fn hak_version() -> *const c_char;
    fn hak_stats_each(each: extern "C" fn(*mut c_void, *const c_char, u64), context: *mut c_void);
}

/// What `hak_malloc` aligns to by itself.
const ALIGNED: usize = 16;

/// The allocator; it has no state of its own.
pub struct Hakmem;

unsafe impl GlobalAlloc for Hakmem {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNED {
            hak_malloc(layout.size()) as *mut u8
        } else {
            hak_memalign(layout.align(), layout.size()) as *mut u8
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        hak_free(block as *mut c_void)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNED {
            return hak_calloc(1, layout.size()) as *mut u8;
        }
        let block = self.alloc(layout);
        if !block.is_null() {
            block.write_bytes(0, layout.size());
        }
        block
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGNED {
            return hak_realloc(old as *mut c_void, size) as *mut u8;
        }
        // hak_realloc would keep the contents, but not an alignment above 16.
        let block = hak_memalign(layout.align(), size) as *mut u8;
        if !block.is_null() {
            block.copy_from_nonoverlapping(old, layout.size().min(size));
            hak_free(old as *mut c_void);
        }
        block
    }
}

/// The version of the library that is linked.
pub fn version() -> String {
    unsafe { std::ffi::CStr::from_ptr(hak_version()) }.to_string_lossy().into_owned()
}

struct Wanted<'a> {
    name: &'a str,
    value: Option<u64>,
}

extern "C" fn look(context: *mut c_void, name: *const c_char, value: u64) {
    let wanted = unsafe { &mut *(context as *mut Wanted) };
    if unsafe { std::ffi::CStr::from_ptr(name) }.to_bytes() == wanted.name.as_bytes() {
        wanted.value = Some(value);
    }
}

/// A counter by its name, for example `live_bytes`; `None`: the library has none of that name.
pub fn counter(name: &str) -> Option<u64> {
    let mut wanted = Wanted { name, value: None };
    unsafe { hak_stats_each(look, &mut wanted as *mut Wanted as *mut c_void) };
    wanted.value
}

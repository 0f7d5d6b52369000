// SPDX-License-Identifier: MIT
// Where libhakmem-embed.a is: HAKMEM_LIBDIR, or the libdir that pkg-config knows.
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=HAKMEM_LIBDIR");
    let folder = std::env::var("HAKMEM_LIBDIR").ok().or_else(|| {
        let answer = Command::new("pkg-config").args(["--variable=libdir", "hakmem"]).output().ok()?;
        answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).trim().to_string())
    });
    match folder {
        Some(folder) => println!("cargo:rustc-link-search=native={folder}"),
        None => panic!("libhakmem-embed.a is not found: set HAKMEM_LIBDIR to its folder, or install hakmem"),
    }
    println!("cargo:rustc-link-lib=static=hakmem-embed");
}

//! What the macros of sqlx need from cargo.

use std::env;

fn main() {
    // `sqlx::migrate!` embeds the folder, but the compiler watches only files it knows.
    println!("cargo:rerun-if-changed=../../migrations");
    // Queries are checked against .sqlx, also in the build of a dependant whose DATABASE_URL names another database.
    // `.cargo/config.toml` says so only to builds inside this workspace; `prepare.sh` asks for the opposite.
    println!("cargo:rerun-if-env-changed=SQLX_OFFLINE");
    if env::var_os("SQLX_OFFLINE").is_none() {
        println!("cargo:rustc-env=SQLX_OFFLINE=true");
    }
}

//! Makes cargo see a new migration: `sqlx::migrate!` embeds the folder, but the compiler watches only files it knows.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}

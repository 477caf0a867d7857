//! A deployment in memory, and a shell on it.

mod lab;
mod screen;

pub(crate) use lab::Lab;
pub(crate) use screen::run;

//! Drives readers and scan over files and threads, and writes what was found: JSON lines and tab-separated values to a
//! writer, Arrow tables in memory, Parquet files in a directory.

pub mod claims;
pub mod collect;
mod intern;
pub mod lexicons;
mod numbers;
mod pages;
pub mod parquet;
pub mod print;
pub mod rows;
pub mod run;
mod strings;
pub mod tables;
pub mod visit;

//! The program: parses its arguments, runs one verb, exits with its code.

fn main() {}

//! Mail as a reader's program gets it: whole editions, read back by a second implementation.

mod essays;
mod expected;
mod oracle;
mod wire;

//! Mail as a reader's program gets it: whole editions, read back by a second implementation.

mod essays;
mod expected;
mod oracle;
mod signature;
mod size;
mod subject;
mod variables;
mod web_copy;
mod wire;

//! The program: takes what the system gives it, runs one verb, exits with its code.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    postrider::cli::main(std::env::args_os(), std::env::vars_os())
}

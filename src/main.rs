use std::process::ExitCode;

// A fleet makes and drops small values by the million: a quarter of its CPU was the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    onramp::cli::main()
}

fn main() -> std::process::ExitCode {
    onramp::cli::main()
}

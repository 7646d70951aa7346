/// The program's version: `--version` shows it, and captures that `run` writes name it. `CHANGELOG.md` says what each
/// brought.
let version = "0.9.0"

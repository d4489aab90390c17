//! Essays and what becomes of them: file pairs in `tests/markup/`, and rules that hold for any essay.

mod markup {
    mod found;
    pub mod essay;
    mod golden;
    mod hostile;
    mod malice;
    mod properties;
}

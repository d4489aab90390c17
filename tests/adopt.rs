//! Plain essays and the posts they become: file pairs in `tests/adopt/`, and the program as its user meets it.

mod adopt {
    mod golden;
    mod program;
}

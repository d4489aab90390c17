//! Mistakes put into the model on purpose: some were made by others, some by us before we knew better.

/// A rule of the ledger that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// DATA first, the note of it afterwards.
    RecordAfterSend,
    /// The intent asks neither for the row's state nor for its epoch.
    NoFence,
    /// The intent does not ask whether the lease still runs.
    NoLeaseCheck,
    /// An intent that is refused because the lease ran out leaves the row claimed, and the lease is prolonged.
    KeptOnRefusal,
    /// The intent does not ask whether the reader left.
    NoConsentCheck,
    /// A dead sender's rows all go out again, in flight or not.
    ReapIsRetry,
    /// A dead sender's row in flight is dealt with, but not counted as ambiguous.
    ReapUncounted,
    /// The rows of a sender whose lease runs are taken back.
    ReapTheLiving,
    /// A reply that was lost counts as a refusal for now.
    LostReplyIsRetry,
    /// Whoever is fetched counts as done.
    CheckpointAtFetch,
    /// A deferral is taken from any epoch.
    StaleDeferral,
    /// A claim is given back in any epoch.
    StaleRelease,
    /// A doubt overwrites what was sent.
    SentNotAbsorbing,
    /// Doubt is resent as often as it comes.
    NoBound,
}

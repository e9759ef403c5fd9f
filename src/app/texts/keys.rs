//! The sheet of keys.

/// Where, and what each key does there.
pub type Group = (&'static str, &'static [(&'static str, &'static str)]);

pub const TITLE: &str = "Keys";

/// What the help shows: group, keys, what they do.
pub const HELP: &[Group] = &[
    (
        "Everywhere",
        &[
            ("Ctrl+O", "Open an ECG"),
            ("Ctrl+1 … Ctrl+4", "Read, Review, Statistics, Train"),
            ("Ctrl+,", "Settings"),
            ("Ctrl+Q", "Close the window"),
            ("?", "This help"),
            ("Esc", "Close what lies on top"),
            ("Tab  Shift+Tab", "Next or previous control"),
            ("Space", "Press the focused control"),
        ],
    ),
    (
        "Sheets",
        &[
            ("+  −", "Zoom in, zoom out"),
            ("0", "Fit the page"),
            ("1", "True to scale, on the Read screen"),
            ("Shift+arrows", "Move the page"),
            ("Wheel, drag, double click", "Zoom, move, fit"),
            ("Pinch, two fingers", "Zoom, move, on a touch pad"),
        ],
    ),
    (
        "Review",
        &[
            ("1 … 5", "First question"),
            ("Shift+1 … 5, or A S D F G", "Second question"),
            ("6 7 8 9 0", "Third question, 1 to 5"),
            ("E", "Label error"),
            ("J", "Cannot judge"),
            ("X", "Artefact"),
            ("B  N", "Of prototypes: best of class; bad"),
            ("C", "Comment; Enter leaves it"),
            ("Enter", "Save and go on"),
            ("U", "Undo; reopens the last answer"),
            ("←  →", "Pages of the ECG"),
            ("Backspace", "The one before"),
        ],
    ),
    (
        "Review, reading test ECGs",
        &[
            ("F, or /", "Find a statement; Enter chooses it"),
            ("S", "The statements of the part before"),
            ("1 … 5", "How sure you are"),
            ("Enter", "Save for good and go on"),
            ("U", "Take back what is chosen"),
            ("←  →", "Pages of the ECG"),
        ],
    ),
    (
        "Train",
        &[
            ("↑  ↓", "Previous or next prototype"),
            ("Enter", "Its training ECG; then ← → step"),
            ("Ctrl+Enter", "Start the training of the form"),
            ("P", "Pause after this epoch, or do not"),
            ("R", "Resume"),
        ],
    ),
    (
        "Read",
        &[
            ("↑  ↓", "Previous or next statement"),
            ("←  →", "More or less similar prototype"),
            ("V", "This ECG, side by side, rhythm strips, cut-outs"),
            ("E", "The sheets alone, and back"),
            ("O", "Order by similarity, by contribution"),
            ("C", "Counter-case beside the pair, and back"),
            ("W", "Prototypes, nearest ECGs, what if, checks"),
            ("Page up  Page down", "Along a long recording"),
            ("Home  End", "Its beginning, its end"),
            ("Ctrl+P", "Print"),
            ("Ctrl+L", "Worklist: the ECGs of a folder"),
            ("Ctrl+←  Ctrl+→", "Previous or next ECG of the list"),
            ("A", "Compare this ECG, or the focused row"),
            ("M", "The compared ECGs side by side, and back"),
        ],
    ),
    (
        "ECGs side by side",
        &[
            ("←  →", "Choose one"),
            ("Enter", "Open it alone, with its evidence"),
            ("Delete", "Remove it"),
        ],
    ),
    (
        "Display of an ECG (Shift goes back)",
        &[
            ("L", "Layout"),
            ("D", "Paper speed"),
            ("G", "Gain"),
            ("H", "Chest leads at half gain"),
            ("F", "Filter"),
            ("K", "Cabrera order"),
            ("S", "Consecutive or simultaneous columns"),
            ("Y", "Clinician view, model view, difference"),
            ("I", "Mark P, QRS and T"),
            ("B", "Median beat"),
        ],
    ),
    (
        "Caliper",
        &[
            ("T", "None, time, amplitude, march out"),
            ("←  →", "Move it by 10 ms; Alt 2 ms"),
            ("↑  ↓", "Amplitude by 0.05 mV; Alt 0.01 mV"),
            ("N  Shift+N", "To the next R peak, the one before"),
            ("X", "First line, second line, both"),
            ("Drag; Shift", "Measure; without snapping to R peaks"),
        ],
    ),
];

"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="files",
    sentence="Photographs: checked, stripped of place and device, kept by their content.",
    journal_writes={
        "files.kept": "A photograph was stored.",
        "files.covered": "Parts of a photograph were covered, everywhere it is shown.",
        "files.uncovered": "A photograph is shown again as it was before it was covered.",
        "files.photographs-forgotten": "Photographs that nothing names any more were deleted.",
        "files.forgotten": "A photograph that is no longer shown was deleted.",
    },
    timers={"veche.core.files.operations:finish_withdrawals": "every minute"},
)

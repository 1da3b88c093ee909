"""Removes what restores kept."""
from backup import files, listing
from backup.shell import Refusal, confirmed, say


def run(settings, arguments):
    kept = listing.kept(settings)
    if not arguments.all and arguments.path is None:
        raise Refusal(f"name what to discard, or --all; there are: {', '.join(kept) or 'nothing'}")
    chosen = kept if arguments.all else [arguments.path]
    for path in chosen:
        if path not in kept:
            raise Refusal(f"{path} was not kept by a restore; there are: {', '.join(kept) or 'nothing'}")
    for path in chosen:
        say(f"{path}: {listing.size(listing.directory_bytes(path))}")
    if chosen and not confirmed("Remove permanently?", arguments.yes):
        return 1
    for path in chosen:
        files.remove(path)
    say(f"{len(chosen)} removed")
    return 0

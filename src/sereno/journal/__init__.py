"""The journal: a write-ahead log per gateway worker, and a status file beside it.

Layout: `DATA/journal/w{worker}/{sequence:012d}.seg`. A *segment* begins with a header and holds *frames*:

    header   8 bytes magic `SRNOJRN1` · u32 length · u32 CRC-32 of the rest · msgpack `SegmentHeader`,
             with zeros to 128 bytes; then the same 128 bytes again
    frame    u32 length of payload · u32 CRC-32 of payload, seeded · payload (msgpack `Exchange`), all little-endian

The seed is the segment's random salt (in its header) XOR the payload's length.

A *position* is (instance, worker, segment, offset): everything of that worker before it is stored. A writer never
appends to a segment it did not create in its own life: a torn tail stays behind in a closed segment and is cut
off by the reader. A segment is deleted when its last frame is committed to the store.
"""

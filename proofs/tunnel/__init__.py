"""The JavaScript client to the proof: a bad line that is cut a thousand times, and nothing may be lost or doubled."""

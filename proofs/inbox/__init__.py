"""A fault run of the inbox: senders and devices keep a ledger while the server and its database are killed.

Read in this order: `ledger` (what is written down), `plan` (who there is and what is sent), `senders`, `devices`
and `faults` (who writes it), `run` (how a run goes), `history` (the ledger by notification and device), `checks`
(what must be true of it), `report`.
"""

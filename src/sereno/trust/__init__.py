"""Who may do what: keys, the policy that gateways follow, hosts and peers, redaction of credentials.

Pure: the gateway enforces it on the data plane, the API on the control plane, both by these functions.
`Key` is a credential that Sereno issued; `Policy` is what the keeper tells the gateways; a *peer* is the
address at the other end of a connection, which nobody can forge through a header.
"""

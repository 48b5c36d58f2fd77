"""Whether a message may go to a person: the law as rules, the person's story as facts.

`terms` says what is known of a person, `countries` what each country admits, `gate` decides,
`merging` says what two records that become one may still be sent.
"""

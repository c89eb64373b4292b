"""From rules to one treatment: when each rule applies, what applies at a moment, and the answers to questions."""

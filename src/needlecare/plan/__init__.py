"""From rules to one treatment: when each rule holds, what holds at a moment, and what a question is answered."""

package main

import p "github.com/pulumi/pulumi-go-provider"

// valueless moves the name of the input into the reason: of a failure that has a property, the engine prints the value
// beside it, and that may be a key or a password.
func valueless(failures []p.CheckFailure) []p.CheckFailure {
	for i, failure := range failures {
		if failure.Property != "" {
			failures[i] = p.CheckFailure{Reason: "`" + failure.Property + "`: " + failure.Reason}
		}
	}
	return failures
}

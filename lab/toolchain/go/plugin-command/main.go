// Command pulumi-resource-command stands in for the released `command` plugin where only package registries can be
// reached. It serves the resources of the npm package @pulumi/command 1.2.1 that run a command, locally or over SSH,
// with the same tokens, inputs and life cycle. `CopyToRemote` is not in it: this project copies by its own resource.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// version is the npm package's: the engine looks for exactly this one.
const version = "1.2.1"

func main() {
	provider, err := infer.NewProviderBuilder().
		WithNamespace("pulumi").
		WithResources(infer.Resource(&LocalCommand{}), infer.Resource(&RemoteCommand{})).
		Build()
	if err == nil {
		err = provider.Run(context.Background(), "command", version)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

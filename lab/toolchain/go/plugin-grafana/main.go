// Command pulumi-resource-grafana stands in for the released `grafana` plugin where only package registries can be
// reached. It serves the folder, the data source and the dashboard of the npm package @pulumiverse/grafana 2.40.0, with
// the same tokens, inputs, ids and idea of what is a difference. Whatever else the package has is refused by name.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// version is the npm package's: the engine looks for exactly this one.
const version = "2.40.0"

func main() {
	grafana := &grafanaClient{}
	provider, err := infer.NewProviderBuilder().
		WithNamespace("pulumiverse").
		WithResources(
			infer.Resource(&Folder{grafana}),
			infer.Resource(&DataSource{grafana}),
			infer.Resource(&Dashboard{grafana}),
		).
		Build()
	if err == nil {
		err = configuredBy(provider, grafana).Run(context.Background(), "grafana", version)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

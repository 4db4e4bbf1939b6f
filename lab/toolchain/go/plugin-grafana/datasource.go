package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// DataSource is grafana:oss/dataSource:DataSource.
type DataSource struct{ grafana *grafanaClient }

// DataSourceArgs are its inputs.
type DataSourceArgs struct {
	Type                  string            `pulumi:"type"`
	Name                  *string           `pulumi:"name,optional"`
	UID                   *string           `pulumi:"uid,optional"`
	URL                   *string           `pulumi:"url,optional"`
	AccessMode            *string           `pulumi:"accessMode,optional"`
	IsDefault             *bool             `pulumi:"isDefault,optional"`
	BasicAuthEnabled      *bool             `pulumi:"basicAuthEnabled,optional"`
	BasicAuthUsername     *string           `pulumi:"basicAuthUsername,optional"`
	DatabaseName          *string           `pulumi:"databaseName,optional"`
	Username              *string           `pulumi:"username,optional"`
	JSONDataEncoded       *string           `pulumi:"jsonDataEncoded,optional"`
	SecureJSONDataEncoded *string           `pulumi:"secureJsonDataEncoded,optional" provider:"secret"`
	HTTPHeaders           map[string]string `pulumi:"httpHeaders,optional" provider:"secret"`
	NetworkID             *string           `pulumi:"privateDataSourceConnectNetworkId,optional"`
	OrgID                 *string           `pulumi:"orgId,optional"`
}

// DataSourceState is its state. The secrets in it are the last ones that were sent: Grafana does not tell them.
type DataSourceState struct {
	Type                  string            `pulumi:"type"`
	Name                  string            `pulumi:"name"`
	UID                   string            `pulumi:"uid"`
	URL                   string            `pulumi:"url"`
	AccessMode            string            `pulumi:"accessMode"`
	IsDefault             bool              `pulumi:"isDefault"`
	BasicAuthEnabled      bool              `pulumi:"basicAuthEnabled"`
	BasicAuthUsername     string            `pulumi:"basicAuthUsername"`
	DatabaseName          string            `pulumi:"databaseName"`
	Username              string            `pulumi:"username"`
	JSONDataEncoded       string            `pulumi:"jsonDataEncoded"`
	SecureJSONDataEncoded string            `pulumi:"secureJsonDataEncoded" provider:"secret"`
	HTTPHeaders           map[string]string `pulumi:"httpHeaders,optional" provider:"secret"`
	NetworkID             string            `pulumi:"privateDataSourceConnectNetworkId"`
	OrgID                 string            `pulumi:"orgId"`
}

// Annotate gives it the released plugin's token.
func (r *DataSource) Annotate(a infer.Annotator) { a.SetToken("oss/dataSource", "DataSource") }

// Check validates the two JSON inputs and, as the released plugin does, makes up a name where none is given.
func (*DataSource) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[DataSourceArgs], error) {
	inputs := req.NewInputs
	if inputs.Get("name").IsNull() {
		inputs = inputs.Set("name", property.New(autoName(req)))
	}
	args, failures, err := infer.DefaultCheck[DataSourceArgs](ctx, inputs)
	if inputs.Get("jsonDataEncoded").IsString() {
		failures = append(failures, checkJSONData("jsonDataEncoded", args.JSONDataEncoded, "httpHeaderName")...)
	}
	if inputs.Get("secureJsonDataEncoded").IsString() {
		failures = append(failures, checkJSONData("secureJsonDataEncoded", args.SecureJSONDataEncoded, "httpHeaderValue")...)
	}
	return infer.CheckResponse[DataSourceArgs]{Inputs: args, Failures: valueless(failures)}, err
}

func autoName(req infer.CheckRequest) string {
	if old := req.OldInputs.Get("name"); old.IsString() {
		return old.AsString()
	}
	suffix := make([]byte, 4)
	_, _ = rand.Read(suffix) // never fails, says its documentation
	return req.Name + "-" + hex.EncodeToString(suffix)[:7]
}

// Create adds the data source.
func (r *DataSource) Create(
	ctx context.Context, req infer.CreateRequest[DataSourceArgs],
) (infer.CreateResponse[DataSourceState], error) {
	args, org := req.Inputs, r.grafana.orgOf(req.Inputs.OrgID)
	if req.DryRun {
		return infer.CreateResponse[DataSourceState]{Output: dataSourceState(args, orEmpty(args.UID), org)}, nil
	}
	wanted, err := args.model(orEmpty(args.UID))
	if err != nil {
		return infer.CreateResponse[DataSourceState]{}, err
	}
	var made struct{ Datasource dataSourceModel }
	err = r.grafana.call(ctx, org, "POST", named("data source", wanted.Name), "datasources", wanted, &made)
	uid := made.Datasource.UID
	return infer.CreateResponse[DataSourceState]{ID: newID(org, uid), Output: dataSourceState(args, uid, org)}, err
}

// Read finds what the data source is now; no id means that it is gone.
func (r *DataSource) Read(
	ctx context.Context, req infer.ReadRequest[DataSourceArgs, DataSourceState],
) (infer.ReadResponse[DataSourceArgs, DataSourceState], error) {
	org, uid := r.grafana.splitID(req.ID)
	var found dataSourceModel
	err := r.grafana.call(ctx, org, "GET", named("data source", uid), "datasources/uid/"+uid, nil, &found)
	if notFound(err) {
		return infer.ReadResponse[DataSourceArgs, DataSourceState]{}, nil
	}
	if err != nil {
		return infer.ReadResponse[DataSourceArgs, DataSourceState]{}, err
	}
	state := found.state(req.State, org)
	return infer.ReadResponse[DataSourceArgs, DataSourceState]{
		ID: newID(org, uid), Inputs: readDataSourceArgs(req.Inputs, state), State: state,
	}, nil
}

// Diff compares what is wanted with what is there.
func (r *DataSource) Diff(
	_ context.Context, req infer.DiffRequest[DataSourceArgs, DataSourceState],
) (infer.DiffResponse, error) {
	args, state, d := req.Inputs, req.State, difference{}
	d.update("type", args.Type != state.Type)
	d.update("name", chosen(args.Name, state.Name))
	d.update("url", orEmpty(args.URL) != state.URL)
	d.update("accessMode", or(args.AccessMode, "proxy") != state.AccessMode)
	// A default can only be taken over by another data source, never given up.
	d.update("isDefault", orEmpty(args.IsDefault) && !state.IsDefault)
	d.update("basicAuthEnabled", orEmpty(args.BasicAuthEnabled) != state.BasicAuthEnabled)
	d.update("basicAuthUsername", orEmpty(args.BasicAuthUsername) != state.BasicAuthUsername)
	d.update("databaseName", orEmpty(args.DatabaseName) != state.DatabaseName)
	d.update("username", orEmpty(args.Username) != state.Username)
	d.update("jsonDataEncoded", !sameJSON(args.jsonData(), state.JSONDataEncoded))
	d.update("secureJsonDataEncoded", !sameJSON(orEmpty(args.SecureJSONDataEncoded), state.SecureJSONDataEncoded))
	d.update("httpHeaders", !maps.Equal(args.HTTPHeaders, state.HTTPHeaders))
	d.update("privateDataSourceConnectNetworkId", orEmpty(args.NetworkID) != state.NetworkID)
	d.replace("uid", chosen(args.UID, state.UID))
	d.replace("orgId", chosen(args.OrgID, state.OrgID))
	return d.response(), nil
}

// Update writes the whole data source anew, secrets included.
func (r *DataSource) Update(
	ctx context.Context, req infer.UpdateRequest[DataSourceArgs, DataSourceState],
) (infer.UpdateResponse[DataSourceState], error) {
	args, old := req.Inputs, req.State
	state := dataSourceState(args, old.UID, old.OrgID)
	if req.DryRun {
		return infer.UpdateResponse[DataSourceState]{Output: state}, nil
	}
	wanted, err := args.model(old.UID)
	if err != nil {
		return infer.UpdateResponse[DataSourceState]{}, err
	}
	err = r.grafana.call(ctx, old.OrgID, "PUT", named("data source", wanted.Name), "datasources/uid/"+old.UID, wanted, nil)
	return infer.UpdateResponse[DataSourceState]{Output: state}, err
}

// Delete removes the data source.
func (r *DataSource) Delete(
	ctx context.Context, req infer.DeleteRequest[DataSourceState],
) (infer.DeleteResponse, error) {
	org, uid := r.grafana.splitID(req.ID)
	err := r.grafana.call(ctx, org, "DELETE", named("data source", req.State.Name), "datasources/uid/"+uid, nil, nil)
	if notFound(err) {
		err = nil
	}
	return infer.DeleteResponse{}, err
}

func checkJSONData(name string, text *string, reserved string) []p.CheckFailure {
	if text == nil || *text == "" {
		return nil
	}
	object, isObject := decoded(*text).(map[string]any)
	if !isObject {
		return []p.CheckFailure{{Property: name, Reason: "is not the text of a JSON object"}}
	}
	for key := range object {
		if len(key) > len(reserved) && key[:len(reserved)] == reserved {
			return []p.CheckFailure{{Property: name, Reason: "must not hold " + reserved + "…; give headers as `httpHeaders`"}}
		}
	}
	return nil
}

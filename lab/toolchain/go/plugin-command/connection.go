package main

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// endpoint is one SSH server and how to log in there.
type endpoint struct {
	Host               string   `pulumi:"host"`
	Port               *float64 `pulumi:"port,optional"`
	User               *string  `pulumi:"user,optional"`
	Password           *string  `pulumi:"password,optional" provider:"secret"`
	PrivateKey         *string  `pulumi:"privateKey,optional" provider:"secret"`
	PrivateKeyPassword *string  `pulumi:"privateKeyPassword,optional" provider:"secret"`
	AgentSocketPath    *string  `pulumi:"agentSocketPath,optional"`
	HostKey            *string  `pulumi:"hostKey,optional"`
	DialErrorLimit     *float64 `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *float64 `pulumi:"perDialTimeout,optional"`
}

// Connection is where a remote command runs, perhaps through a bastion.
type Connection struct {
	endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

// ProxyConnection is the bastion that a connection goes through.
type ProxyConnection struct{ endpoint }

var endpointFields = []string{
	"host", "port", "user", "password", "privateKey", "privateKeyPassword", "agentSocketPath", "hostKey",
	"dialErrorLimit", "perDialTimeout",
}

// checkConnection names unknown and missing fields, and never a value.
func checkConnection(name string, value property.Value, mayHaveProxy bool) []p.CheckFailure {
	if value.IsComputed() {
		return nil
	}
	if !value.IsMap() {
		return []p.CheckFailure{{Property: name, Reason: "must be an object with at least `host`"}}
	}
	var failures []p.CheckFailure
	fail := func(field, reason string) {
		failures = append(failures, p.CheckFailure{Property: name + "." + field, Reason: reason})
	}
	fields := value.AsMap()
	if fields.Get("host").IsNull() {
		fail("host", "is missing")
	}
	for field, given := range fields.AllStable {
		switch {
		case mayHaveProxy && field == "proxy":
			if !given.IsNull() {
				failures = append(failures, checkConnection(name+".proxy", given, false)...)
			}
		case !slices.Contains(endpointFields, field):
			fail(field, "is not a field of a connection")
		case given.IsComputed() || given.IsNull():
		case field == "port" || field == "dialErrorLimit" || field == "perDialTimeout":
			if !given.IsNumber() {
				fail(field, "must be a number")
			}
		case !given.IsString():
			fail(field, "must be a string")
		}
	}
	return failures
}

func (e endpoint) address() string {
	port := 22
	if e.Port != nil {
		port = int(*e.Port)
	}
	return net.JoinHostPort(e.Host, strconv.Itoa(port))
}

func (e endpoint) user() string {
	if e.User == nil {
		return "root"
	}
	return *e.User
}

// attempts is how often to dial at most; 0 stands for no limit.
func (e endpoint) attempts() int {
	switch {
	case e.DialErrorLimit == nil:
		return 11 // the first one and ten more
	case *e.DialErrorLimit < 0:
		return 0
	default:
		return int(*e.DialErrorLimit) + 1
	}
}

// timeout is how long one attempt may take; 0 stands for no limit.
func (e endpoint) timeout() time.Duration {
	if e.PerDialTimeout == nil {
		return 15 * time.Second
	}
	return time.Duration(*e.PerDialTimeout * float64(time.Second))
}

// GoString and String keep a connection out of every log and error, whatever prints it.
func (e endpoint) String() string { return fmt.Sprintf("%s@%s", e.user(), e.address()) }

// GoString is String for %#v.
func (e endpoint) GoString() string { return e.String() }

package io.flotilla.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules between modules and packages. This module alone has all others on its class path. */
class ArchitectureTest {
    private static final List<String> PROGRAMS =
            List.of("apiserver", "scheduler", "controllermanager", "kubelet", "kubeproxy", "deploy");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.flotilla");

    @Test
    void every_module_is_looked_at() {
        var modules = new TreeSet<String>();
        CLASSES.forEach(type -> modules.add(type.getPackageName().split("\\.")[2]));

        assertThat(modules).containsAll(PROGRAMS).contains("machinery", "proto");
    }

    @TestFactory
    Stream<DynamicTest> a_program_depends_on_no_other_program() {
        return PROGRAMS.stream()
                .map(program -> DynamicTest.dynamicTest(
                        program,
                        () -> noClasses()
                                .that()
                                .resideInAPackage("io.flotilla." + program + "..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(PROGRAMS.stream()
                                        .filter(other -> !other.equals(program))
                                        .map(other -> "io.flotilla." + other + "..")
                                        .toArray(String[]::new))
                                .check(CLASSES)));
    }

    @Test
    void machinery_depends_on_no_program() {
        noClasses()
                .that()
                .resideInAPackage("io.flotilla.machinery..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(PROGRAMS))
                .check(CLASSES);
    }

    @Test
    void proto_depends_on_nothing_of_ours() {
        noClasses()
                .that()
                .resideInAPackage("io.flotilla.proto..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.concat(PROGRAMS.stream(), Stream.of("machinery"))
                        .map(module -> "io.flotilla." + module + "..")
                        .toArray(String[]::new))
                .check(CLASSES);
    }

    @TestFactory
    Stream<DynamicTest> packages_of_a_module_form_no_cycle() {
        return Stream.of("deploy", "machinery")
                .map(module -> DynamicTest.dynamicTest(
                        module,
                        () -> slices().matching("io.flotilla." + module + ".(*)..")
                                .should()
                                .beFreeOfCycles()
                                .check(CLASSES)));
    }

    @Test
    void only_the_storage_of_the_api_server_knows_etcd() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.flotilla.apiserver.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.etcd..")
                .check(CLASSES);
    }

    @Test
    void packages_are_named_for_what_they_are_about() {
        noClasses()
                .should()
                .resideInAnyPackage(
                        "..util..", "..utils..", "..common..", "..impl..", "..helper..", "..helpers..", "..misc..")
                .check(CLASSES);
    }

    @Test
    void every_package_says_what_belongs_in_it() {
        Set<String> described = new TreeSet<>();
        Set<String> all = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            if (type.getPackageName().startsWith("io.flotilla.proto")) {
                continue;
            }
            all.add(type.getPackageName());
            if (type.getSimpleName().equals("package-info")) {
                described.add(type.getPackageName());
            }
        }

        assertThat(described).isEqualTo(all);
    }

    @Test
    void the_balancer_shares_only_trust_with_the_lab() {
        classes()
                .that()
                .resideInAPackage("io.flotilla.deploy.balancer..")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages(packages(List.of(
                        "deploy.cli",
                        "deploy.plan",
                        "deploy.process",
                        "deploy.supervisor",
                        "deploy.status",
                        "machinery")))
                .check(CLASSES);
    }

    private static String[] packages(List<String> modules) {
        return modules.stream().map(module -> "io.flotilla." + module + "..").toArray(String[]::new);
    }
}
